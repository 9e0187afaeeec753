"""The benchmarks measure what they say: their course grades as written, and nothing that runs escapes the count."""

import contextlib
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import AUTOGRADER

from autograder.sandbox.zygote import ENVIRONMENT

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from metering import run_metered  # noqa: E402
from peer_forms import OTTER_TEST, read_suite  # noqa: E402
from workload import COURSE, MODULE, has_begun, ordinary_files  # noqa: E402

EARNED = {"ada": 12, "bela": 12, "cem": 12, "dora": 12, "emil": 11, "fatima": 10, "goran": 11, "hana": 11, "ilan": 11}
BURN = "import time\nwhile time.process_time() < 0.3: pass\n"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="control groups at the top are root's")


def test_ordinary_submissions_earn_what_they_are_written_for(tmp_path):
    """Four of the nine are right, and five lose what their mistake costs; the journal says when start-up is over."""
    out = tmp_path / "out"
    command = [AUTOGRADER, "grade", MODULE, *ordinary_files(), "--course", COURSE, "--out", out, "--seed", "1", "-q"]
    assert not has_begun(out)()
    subprocess.run(command, check=True)
    with (out / "grades.csv").open() as stream:
        assert {row["student"]: float(row["score"]) for row in csv.DictReader(stream)} == EARNED
    assert has_begun(out)()


@needs_root
def test_children_that_nobody_waits_for_are_counted(tmp_path):
    """A child of a process that ignores the end of its children has its CPU time in the cost."""
    (tmp_path / "burn.py").write_text(
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nread, write = os.pipe()\n"
        f"if os.fork() == 0:\n    exec({BURN!r})\n    os._exit(0)\nos.close(write)\nos.read(read, 1)\n"
    )
    cost = run_metered([sys.executable, "-I", "burn.py"], tmp_path)
    assert cost.returncode == 0, cost.output
    assert cost.cpu_s >= 0.3


@needs_root
def test_nothing_outlives_a_command(tmp_path):
    """A process in a session of its own is ended with the command that started it."""
    (tmp_path / "leave.py").write_text(
        "import subprocess\np = subprocess.Popen(['sleep', '1000'], start_new_session=True)\nprint(p.pid, flush=True)\n"
    )
    cost = run_metered([sys.executable, "-I", "leave.py"], tmp_path)
    assert cost.returncode == 0, cost.output
    with contextlib.suppress(FileNotFoundError):  # dead, or dead and not yet fetched by whoever inherited it
        assert Path(f"/proc/{int(cost.output)}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@needs_root
def test_what_is_given_up_has_no_returncode(tmp_path):
    """A command that does not end is killed, and what it used until then is counted."""
    cost = run_metered(["sleep", "1000"], tmp_path, give_up_s=0.5)
    assert cost.returncode is None
    assert cost.wall_s >= 0.5


@needs_root
def test_the_floor_has_a_sandboxs_page_faults():
    """The bare child has about as many page faults as it is told, and is forked and ended for some CPU time."""
    command = [sys.executable, BENCHMARKS / "floor.py", "bare", "1000", "5"]
    run = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert 900 <= found["faults"] <= 1100
    assert found["fork_ms"] > 0
    assert found["child_ms"] > 0


def test_the_peers_get_the_same_tests():
    """Every test of the suite is there with its source, and makes a test file that compiles."""
    suite = read_suite()
    assert len(suite.tests) == 12
    assert MODULE not in suite.imports
    for name, source in suite.tests.items():
        assert source.startswith(f"def {name}(")
        compile(OTTER_TEST.format(name=name, imports=suite.imports, source=source, names=suite.names), name, "exec")
