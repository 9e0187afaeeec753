"""What the intake makes: submissions, who handed them in, and who did not; and the bounds of one submission."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MAX_FILE_BYTES: Final = 64 << 20
MAX_SUBMISSION_BYTES: Final = 128 << 20
MAX_CLASS_BYTES: Final = 4 << 30  # all submissions lie in memory at once
MAX_FILES: Final = 500
MAX_NAME_BYTES: Final = 200  # of a student; with .json behind it, it is a file's name


@dataclass(frozen=True)
class Submission:
    """What one student handed in: untrusted bytes by relative POSIX path.

    `refusal` says in one sentence why nothing of it can be graded; it is empty where something can. `fault` says why it
    could not be read, which is the machine's matter and no score.

    Attributes:
        name: the student's full name, where the export or the roster tells it.
        email: likewise.
        submitted_at: when it was handed in, with its time zone, where the export tells it.
        late: the export says that it was late.
        group: the same text for each member of a group, who share one grade; empty for a student alone.
        folder: the student's folder in nbgrader's tree, as it is spelled there: what nbgrader knows them by.
    """

    student: str
    files: dict[str, bytes]
    notes: tuple[str, ...] = ()
    refusal: str = ""
    fault: str = ""
    name: str = ""
    email: str = ""
    submitted_at: datetime | None = None
    late: bool = False
    group: str = ""
    folder: str = ""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            digest.update(f"{len(name.encode())}:{len(data)}:{name}".encode() + data)
        digest.update((self.refusal + self.fault).encode())
        object.__setattr__(self, "digest", digest.hexdigest())


@dataclass(frozen=True)
class Enrolled:
    """A student of the roster."""

    student: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Intake:
    """The submissions that were found, what was left out (a sentence each), and who of the roster did not submit."""

    submissions: tuple[Submission, ...]
    left_out: tuple[str, ...]
    absent: tuple[Enrolled, ...] = ()
