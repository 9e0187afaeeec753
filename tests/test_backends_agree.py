"""The sample class is graded alike wherever it is graded: the same scores, outcomes and messages under every backend,
and on an idle machine as on a busy one.
"""  # noqa: D205

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from machines import on
from small_course import ID, REFERENCE, TOML, run_autograder, write_course, write_files

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "examples" / "class" / "softmax_classifier"
BACKENDS = {
    "plain-user": "namespaces",
    "plain-container": "user",
    "plain-container-no-landlock": "user",
}
BUSY = 8
BURNT_S = {"half": 0.5, "more": 1.5}


@contextmanager
def busy_loops() -> Iterator[None]:
    """Eight processes that do nothing but compute, beside whatever runs."""
    loops = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def grade(kind: str) -> dict[str, dict]:
    """Grade the class on a machine of that kind; what students are told, by student, without times."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # a plain user writes there
        return grade_into(kind, Path(folder))


def grade_into(kind: str, out: Path) -> dict[str, dict]:
    """The same, into a folder."""
    command = [
        sys.executable, "-m", "autograder", "grade", "softmax_classifier", str(CLASS), "--out", str(out / "out"),
        "--course", str(ROOT), "--seed", "agree", "--quiet",
    ]  # fmt: skip
    done = subprocess.run(on(kind, command), capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = {path.stem: json.loads(path.read_text()) for path in (out / "out" / "results").iterdir()}
    for result in results.values():
        result.pop("execution_time")
    return {"run": json.loads((out / "out" / "run.json").read_text()), **results}


@pytest.fixture(scope="module")
def here() -> dict[str, dict]:
    """The class as root on this machine, idle."""
    return grade("root")


def differences(here: dict[str, dict], there: dict[str, dict]) -> list[str]:
    """Where two gradings differ in what students are told."""
    assert here.keys() == there.keys()
    return [
        f"{student}: {mine.get('name', 'output')}: {mine} here, {other} there"
        for student in here.keys() - {"run"}
        for mine, other in zip(
            [*here[student]["tests"], {k: v for k, v in here[student].items() if k != "tests"}],
            [*there[student]["tests"], {k: v for k, v in there[student].items() if k != "tests"}],
            strict=True,
        )
        if mine != other
    ]


@pytest.mark.parametrize("kind", BACKENDS)
def test_every_backend_says_the_same(kind: str, here: dict[str, dict]) -> None:
    """Scores and messages are equal under another backend, which run.json names."""
    there = grade(kind)
    assert here["run"]["sandbox"]["backend"] == "namespaces"
    assert there["run"]["sandbox"]["backend"] == BACKENDS[kind]
    assert differences(here, there) == []
    assert len(here) > 40


def test_busy_machine_says_the_same(here: dict[str, dict]) -> None:
    """Beside eight busy loops scores and messages are those of an idle machine."""
    assert os.cpu_count() < BUSY, "more cores than loops"
    with busy_loops():
        there = grade("root")
    assert differences(here, there) == []


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "beside eight busy loops"])
def test_cpu_limit_hangs_on_no_load(busy: bool, tmp_path: Path) -> None:
    """Half of the CPU limit passes and half as much again does not, however long either takes by the clock."""
    toml = TOML.replace("cpu_s = 0.5", "cpu_s = 1.0").replace("wall_s = 10.0", "wall_s = 1.0")
    burn = (
        "import time; end = time.process_time() + {}\n    while time.process_time() < end: pass\n    return sum(values)"
    )
    course = write_files(
        write_course(tmp_path / "course", toml=toml),
        {f"class/{n}.py": REFERENCE.replace("return sum(values)", burn.format(s)) for n, s in BURNT_S.items()},
    )
    with busy_loops() if busy else contextlib.nullcontext():
        done = run_autograder("grade", ID, "class", "--out", "out", "--quiet", "--json", cwd=course)
    assert done.returncode == 0, done.stderr
    assert {row["student"]: row["score"] for row in json.loads(done.stdout)["students"]} == {"half": 20, "more": 9}
