"""gradescope.json: what a zip says of itself; written by `build`, read by `run`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.errors import GraderError

SETTINGS: Final = "gradescope.json"
KEY: Final = "key"
COURSE: Final = "course"
PACKAGE: Final = "package"
DEFAULT_MINUTES: Final = 10
"""Gradescope's own default time-out."""
MAX_MINUTES: Final = 40
# of the time-out; Gradescope gives score 0 to what it has to end
_OWN_SHARE: Final = 0.9
_LAST_SHARE: Final = 0.95


class Settings(BaseModel):
    """How one assignment is graded on Gradescope.

    Attributes:
        assignment: its id.
        timeout_min: the time-out that is set on Gradescope.
        grader_version: of the grader that built the zip.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    assignment: str
    timeout_min: int = Field(ge=1, le=MAX_MINUTES)
    grader_version: str

    @property
    def deadline_s(self) -> float:
        """When a grading that is not done is given up: before Gradescope ends it and writes a zero."""
        return self.timeout_min * 60 * _OWN_SHARE

    @property
    def last_s(self) -> float:
        """When whatever did not look at the clock itself is given up."""
        return self.timeout_min * 60 * _LAST_SHARE


def read_settings(source: Path) -> Settings:
    """The settings of an unpacked zip.

    Raises:
        GraderError: they are not there or wrong.
    """
    path = source / SETTINGS
    try:
        return Settings.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise GraderError(f"{path} cannot be read; build the zip again and upload it.") from None


def read_key(source: Path) -> bytes:
    """The assignment's key of an unpacked zip.

    Raises:
        GraderError: it is not there or wrong.
    """
    path = source / KEY
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise GraderError(f"{path} cannot be read; build the zip again and upload it.")
    return key
