"""Where a student's assignment lies: in a course, or in the folder of its handout."""

from __future__ import annotations

from pathlib import Path

from autograder.contract import read_contract
from autograder.errors import SpecError
from autograder.spec import PUBLIC_PREFIX, Assignment, load_public, read_spec

_SPEC = "assignment.toml"


class Handout(Assignment):
    """An assignment whose public part lies in one folder: assignment.toml, and the public suites in it or in tests/."""

    @property
    def folder(self) -> Path:
        return self.course

    @property
    def public_suites(self) -> list[Path]:
        return super().public_suites or sorted(self.folder.glob(f"{PUBLIC_PREFIX}*.py"))


def find_handout(start: Path, assignment_id: str) -> Assignment:
    """The assignment in the nearest folder from `start` upward that holds assignments/ or an assignment.toml.

    Raises:
        SpecError: there is none, or it is another assignment's, or it has no public suite.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir():
            return _checked(load_public(folder, assignment_id))
        if (folder / _SPEC).is_file() and folder.parent.name != "assignments":
            return _checked(_load_handout(folder, assignment_id))
    raise SpecError(
        f"No folder from {start} upward holds {_SPEC} or assignments/; go into the handout's folder or name it with "
        "--course DIR."
    )


def _load_handout(folder: Path, assignment_id: str) -> Assignment:
    handout = Handout(folder, assignment_id, read_spec(folder / _SPEC))
    contract = read_contract(handout) if handout.public_suites else None
    names = {folder.name, contract.assignment} if contract is not None else {folder.name, *handout.spec.modules}
    if assignment_id not in names:
        known = contract.assignment if contract is not None else handout.spec.modules[0]
        raise SpecError(f"{folder / _SPEC} is that of {known!r}, not of {assignment_id!r}; check the name.")
    return handout


def _checked(assignment: Assignment) -> Assignment:
    if not assignment.public_suites:
        raise SpecError(f"{assignment.folder} holds no {PUBLIC_PREFIX}*.py, so there is nothing to check with.")
    return assignment
