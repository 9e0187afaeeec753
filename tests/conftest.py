"""What several test files share: a sandbox, a class that is graded once, and small disks."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from small_course import ID, STUDENTS, GradedClass, run_autograder, write_course, write_files
from whole_reports import read_whole

from autograder.jobs.local import ClassRun, Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import load_assignment
from autograder.submission import collect_submissions

ROOT = Path(__file__).parents[1]

settings.register_profile("autograder", deadline=None)  # no timed assertion, not even Hypothesis's own
settings.load_profile("autograder")


def pytest_configure() -> None:
    """A shell that starts this in the background ignores Ctrl-C, and so would all programs that the tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def needs_root() -> None:
    """Skip where the sandbox and its tests cannot have the rights that they need."""
    if os.geteuid() != 0:
        pytest.skip("needs root: the sandbox makes namespaces, and the tests mount small disks")


@pytest.fixture(scope="session")
def shared_sandbox(needs_root: None) -> Iterator[Zygote]:
    """One warm sandbox with NumPy for every test that does not try to break it."""
    place = open_sandbox("auto", ["numpy"])
    assert isinstance(place, Zygote)
    yield place
    place.close()


@pytest.fixture(scope="session")
def graded_class(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """The small course's class, graded once; to be read, not changed."""
    course = write_course(tmp_path_factory.mktemp("graded"))
    write_files(course / "class", STUDENTS)
    out = course / "out"
    process = run_autograder("grade", ID, "class", "--out", out, "--seed", "1", "--json", cwd=course)
    return GradedClass(course, out, process)


@pytest.fixture
def mount_disk(needs_root: None, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A function that mounts a small file system: `mount_disk(options)` gives its folder, gone after the test."""
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ClassRun, Path]]:
    """Each sample class of examples/class, graded once in the real sandbox, and its results folder; to be read."""
    runs = {}
    for name in sorted(path.name for path in (ROOT / "examples" / "class").iterdir()):
        assignment = load_assignment(ROOT, name)
        intake = collect_submissions([ROOT / "examples" / "class" / name], assignment.spec.modules)
        folder = ResultsFolder(tmp_path_factory.mktemp(name))
        sandbox = open_sandbox("namespaces", assignment.spec.packages)
        try:
            options = Options(jobs=2, secret=b"the sample class")
            run = grade_class(intake.submissions, assignment, sandbox, folder, options, Progress())
            runs[name] = read_whole(run, folder.path), folder.path
        finally:
            sandbox.close()
    return runs
