"""assignments/<id>/equivalent.toml: the mutants of which the author says that they are no mistake, and why."""

from __future__ import annotations

import tomllib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.audit.mutants import Mutant
from autograder.errors import SpecError, did_you_mean
from autograder.spec import Assignment

FILE_NAME = "equivalent.toml"


class Equivalent(BaseModel):
    """A mutant that is as right as the reference."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    id: str = Field(min_length=1)
    """The mutant's, as the audit prints it."""
    reason: str = Field(min_length=20)
    rtol: float = Field(default=1e-9, ge=0, le=1e-4)
    """How closely it must agree, relative to the largest entry: 1e-4 is what the contract asks, unless it says more."""
    calls: int = Field(default=1000, ge=1)
    """How many different calls must agree; fewer than 1,000 only where the suite cannot draw so many."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    equivalent: Annotated[list[Equivalent], Field()] = []


def read_equivalents(assignment: Assignment, mutants: list[Mutant]) -> dict[str, Equivalent]:
    """What is marked, by the mutants' ids; nothing where there is no file.

    Raises:
        SpecError: the file is wrong, marks a mutant twice, or one that there is not.
    """
    path = assignment.folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).equivalent
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise SpecError(f"{path}: {place}: {problem['msg']}; mend that entry.") from None
    known = {mutant.id for mutant in mutants}
    marked: dict[str, Equivalent] = {}
    for entry in entries:
        if entry.id in marked:
            raise SpecError(f"{path} marks {entry.id!r} twice; take one out.")
        if entry.id not in known:
            raise SpecError(
                f"{path} marks {entry.id!r}, which is no mutant of the reference as it is now"
                f"{did_you_mean(entry.id, sorted(known))}"
            )
        marked[entry.id] = entry
    return marked
