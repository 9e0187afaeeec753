"""The rehearsal's container: Docker's rights, a small machine, no network, and what is written stays in one folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_course import control_groups

from autograder.gradescope.container import Container, run_container
from autograder.gradescope.machine import Machine, Usage

PROFILE = Path(__file__).parents[1] / "build" / "docker" / "default.json"

pytestmark = pytest.mark.skipif(not PROFILE.exists(), reason="make build/docker/default.json gets Docker's profile")


@pytest.fixture
def upper(needs_root: None, tmp_path: Path) -> Iterator[Path]:
    """An empty folder for what the container writes."""
    folder = tmp_path / "upper"
    folder.mkdir()
    yield folder
    shutil.rmtree(f"{folder}.work", ignore_errors=True)


def run(upper: Path, script: str, machine: Machine | None = None) -> tuple[int, str, Usage]:
    """A shell's command in a container whose root is this machine's, to be read alone."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/root"}
    container = Container(("/",), str(upper), ("sh", "-c", script), environment, str(PROFILE))
    log = upper.parent / "log"
    status, usage = run_container(container, machine or Machine(), log)
    return status, log.read_text(errors="replace"), usage


def test_rights_are_dockers(upper: Path) -> None:
    """Root has Docker's default capabilities and system calls: neither mounts nor namespaces can be made."""
    _, said, _ = run(
        upper,
        "id -u; grep -E '^(CapEff|CapBnd|Seccomp):' /proc/self/status; mount -t tmpfs x /mnt || echo no mount; "
        "unshare -m true || echo no namespace; echo 1 > /proc/sys/vm/overcommit_memory || echo no setting",
    )
    assert said.split()[:7] == [
        "0", "CapEff:", "00000000a80425fb", "CapBnd:", "00000000a80425fb", "Seccomp:", "2",
    ]  # fmt: skip
    assert "no mount" in said
    assert "no namespace" in said
    assert "no setting" in said


def test_nothing_outside_is_touched_or_seen(upper: Path, tmp_path: Path) -> None:
    """What it writes lies in its own folder; it sees its own processes, and no network but itself."""
    (tmp_path / "kept").write_text("kept")
    status, said, _ = run(upper, f"echo changed > {tmp_path}/kept; ls -d /proc/[0-9]*; cat /proc/net/dev; hostname")
    assert status == 0, said
    assert (tmp_path / "kept").read_text() == "kept"
    assert (upper / tmp_path.relative_to("/") / "kept").read_text() == "changed\n"
    assert said.count("/proc/") <= 2
    assert [line.split(":")[0].strip() for line in said.splitlines() if ":" in line] == ["lo"]
    assert said.splitlines()[-1] == "gradescope"


def test_memory_ends(upper: Path) -> None:
    """What takes more memory than the machine has is ended, and that is told."""
    script = "python3 -c 'x = bytearray(400 << 20)'; echo status $?"
    _, said, usage = run(upper, script, Machine(memory_mib=128))
    assert "status 137" in said
    assert usage.killed == 1
    assert 64 < usage.peak_mib <= 128


def test_half_a_core(upper: Path) -> None:
    """CPU seconds are counted, and come at half the rate of the clock."""
    script = "exec python3 -c 'import time\nwhile time.process_time() < 1: pass'"
    _, _, usage = run(upper, script, Machine(cores=0.5))
    assert usage.cpu_s >= 1
    assert usage.wall_s >= 1.6


def test_status_is_the_commands(upper: Path) -> None:
    """The exit status comes out; a command that is not there is 125 with a word."""
    assert run(upper, "exit 7")[0] == 7
    container = Container(("/",), str(upper), ("/nowhere",), {}, str(PROFILE))
    log = upper.parent / "log"
    assert run_container(container, Machine(), log)[0] == 125
    assert "No such file" in log.read_text()


def test_everything_ends_with_it(upper: Path) -> None:
    """No process outlives the container's first, and its control groups are gone."""
    mark = f"autograder-mark-{os.getpid()}"
    run(upper, f"(exec -a {mark} sleep 1000) & sleep 0.2")
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    assert not [line for line in found if line.startswith(mark.encode())]
    assert not control_groups(f"autograder-rehearsal-{os.getpid()}-*")
