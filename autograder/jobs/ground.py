"""What every grade of a run hangs on beside the submission, as digests."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Protocol

from autograder import __version__
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.verdict import ExpectedTest


class Backend(Protocol):
    """A sandbox, as far as a grade hangs on it."""

    @property
    def name(self) -> str:
        """Of the backend."""

    @property
    def layers(self) -> tuple[str, ...]:
        """What is in force."""


def key_digest(key: bytes) -> str:
    """What may be told of a key: enough to see whether another is the same."""
    return hashlib.sha256(key).hexdigest()[:16]


@dataclass(frozen=True)
class Ground:
    """What every grade of a run hangs on beside the submission, taken before the suite is collected.

    Attributes:
        assignment: SHA-256 over the assignment's and the reference's files.
        environment: SHA-256 over the grader's own files, Python and the packages.
        sandbox: the backend and its layers: what was graded without a sandbox is not kept by a run with one.
        key: the assignment's key.
    """

    assignment: str
    environment: str
    sandbox: str
    key: bytes

    def on_device(self, tests: Iterable[ExpectedTest], accelerator: Accelerator) -> Ground:
        """The ground of a run whose tests need GPUs, if any does: what was put off is graded once there is one."""
        needing = [test for test in tests if test.gpus]
        if not needing:
            return self
        where = [
            accelerator.choice if accelerator.why_not(test) or accelerator.choice == "cpu" else "gpu"
            for test in needing
        ]
        return replace(self, sandbox=f"{self.sandbox} {' '.join(where)}")

    def grade_key(self, submission: Submission) -> str:
        """A digest of everything that a submission's grade hangs on."""
        parts = (submission.digest, self.assignment, self.environment, self.sandbox, self.key.hex())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def find_ground(assignment: Assignment, sandbox: Backend, key: bytes) -> Ground:
    """The ground of a run that begins now."""
    layers = " ".join((sandbox.name, *sandbox.layers))
    return Ground(assignment_digest(assignment), environment_digest(assignment.spec.packages), layers, key)


def assignment_digest(assignment: Assignment) -> str:
    """SHA-256 over the assignment's and the reference's files."""
    digest = hashlib.sha256()
    for folder in (assignment.folder, assignment.reference):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(assignment.course).as_posix()
                data = path.read_bytes()
                digest.update(f"{len(name)}:{len(data)}:{name}".encode() + data)
    return digest.hexdigest()


def environment_digest(packages: list[str]) -> str:
    """SHA-256 over the grader's own files, Python and the packages that results hang on."""
    digest = hashlib.sha256(f"{__version__} {sys.version} {platform.machine()}".encode())
    for package in sorted({*packages, "numpy", "pytest", "msgspec", "nbformat", "nbconvert", "ipython"}):
        digest.update(f"{package} {package_version(package)}".encode())
    source = Path(__file__).parents[1]
    for path in sorted((*source.rglob("*.py"), *source.rglob("*.ini"))):
        digest.update(path.relative_to(source).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def package_version(package: str) -> str:
    """Of an installed package; a dash where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"
