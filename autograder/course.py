"""course.toml: what holds for a whole course, on this site; it need not be there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from autograder.errors import SpecError, did_you_mean

FILE: Final = "course.toml"
_TABLES: Final = ("slurm",)

# what sbatch takes as one word: no space, no comma that could begin another option's value, no option of its own
_Word = Annotated[str, Field(pattern=r"^([A-Za-z0-9_.:@/+=][A-Za-z0-9_.:@/+=,\-\[\]&|*()]*)?$")]


class SlurmSettings(BaseModel):
    """`[slurm]`: how jobs are asked for. Memory and time follow from the assignment's limits unless they are given."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    partition: _Word = ""
    """Empty: the cluster's default."""
    gpu_partition: _Word = ""
    """For jobs that ask for GPUs; empty: `partition`."""
    account: _Word = ""
    qos: _Word = ""
    constraint: _Word = ""
    gres: _Word = "gpu"
    """What a GPU is called here, with a type where one must be named: "gpu:a100"."""
    cpus: int = Field(default=2, ge=1, le=256, description="processors a task: so many submissions at a time")
    chunk: int = Field(default=20, ge=1, le=1000, description="submissions a task, one after another and warm")
    time_min: int | None = Field(default=None, ge=1, description="minutes a task may run")
    memory_mib: int | None = Field(default=None, ge=256, description="of a task")
    gpu_memory_mib: int = Field(default=4096, ge=0, description="memory that a task with GPUs has on top")
    gpu_wait_min: float = Field(default=240.0, ge=0, description="a GPU that is not there by then puts tests off")
    setup: list[str] = []
    """Lines of shell that a job runs first, such as `module load python/3.11`."""
    environment: list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] = []
    """Variables that are handed to jobs beside PATH, HOME and LANG; nothing else is."""

    @field_validator("environment")
    @classmethod
    def _refuse_words(cls, names: list[str]) -> list[str]:
        """What sbatch takes for more than a name."""
        if any(name in ("ALL", "NONE", "NIL") for name in names):
            raise ValueError("variables are handed on by name, never ALL")
        return names


def read_slurm_settings(course: Path) -> SlurmSettings:
    """The table [slurm] of a course; the defaults where there is none.

    Raises:
        SpecError: course.toml is wrong; says where.
    """
    path = course / FILE
    table = _read_tables(path).get("slurm", {})
    try:
        return SlurmSettings.model_validate(table)
    except ValidationError as error:
        raise SpecError(f"{path}: {_say(error)}") from None


def _read_tables(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} is not valid TOML: {error}.") from None
    for name in tables:
        if name not in _TABLES:
            raise SpecError(f"{path}: unknown table {name!r}{did_you_mean(name, _TABLES)}")
    return tables


def _say(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in ("slurm", *problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"unknown key {place!r}{did_you_mean(str(problem['loc'][-1]), SlurmSettings.model_fields)}"
    if problem["type"] == "string_pattern_mismatch":
        return f"{place} cannot be {problem['input']!r}; write it as sbatch takes it, without spaces."
    return f"{place}: {problem['msg'][:1].lower()}{problem['msg'][1:]} (it is {problem['input']!r})."
