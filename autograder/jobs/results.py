"""The folder that `grade --out` leaves: every file whole or not there at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from autograder.errors import GraderError, SpecError
from autograder.reports.gradescope import render_gradescope
from autograder.verdict import GradeReport
from autograder.writing import sweep_unfinished, write_whole

with contextlib.suppress(ImportError):  # Windows has none; nothing is graded there
    import fcntl

_ROOM_BYTES = 8 << 20


class ResultsFolder:
    """DIR of `grade --out DIR`.

    Args:
        path: made if it is not there.

    Raises:
        SpecError: it cannot be made or written.
        GraderError: the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            for folder in (path, path / "results", path / "details"):
                folder.mkdir(parents=True, exist_ok=True)
                sweep_unfinished(folder)
            with tempfile.TemporaryFile(dir=path) as probe:  # it never has a name that could stay
                probe.write(b"\0" * 4096)
                probe.flush()
        except OSError as error:
            raise _cannot_write(path, error) from None
        if shutil.disk_usage(path).free < _ROOM_BYTES:
            raise GraderError(f"The disk of {path} is full; free some room and run the command again.")

    def write_text(self, name: str, text: str) -> None:
        """Write a file of the folder at once: a reader sees the old one or the new one, whole."""
        target = self.path / name
        try:
            write_whole(target, text.encode())
        except OSError as error:
            raise _cannot_write(target, error) from None

    def refresh_report(self, report: GradeReport, grader_version: str) -> None:
        """Write a report of an earlier run where it reads otherwise now; a file that holds it already stays."""
        for name, text in self._render(report, grader_version).items():
            if not self._holds(name, text):
                self.write_text(name, text)

    def _holds(self, name: str, text: str) -> bool:
        try:
            return (self.path / name).read_bytes() == text.encode()
        except OSError:
            return False

    def write_report(self, report: GradeReport, grader_version: str) -> None:
        """The student's results and the TA's details, which come first: from them the results can be made again."""
        for name, text in self._render(report, grader_version).items():
            self.write_text(name, text)

    def _render(self, report: GradeReport, grader_version: str) -> dict[str, str]:
        results = render_gradescope(report, grader_version)
        return {
            f"details/{report.student}.json": report.model_dump_json(indent=1) + "\n",
            f"results/{report.student}.json": results.model_dump_json(indent=1) + "\n",
        }

    def remove_report(self, student: str) -> None:
        """Take an older result of a student's away: what cannot be graded now has no score."""
        for name in (f"results/{student}.json", f"details/{student}.json"):
            (self.path / name).unlink(missing_ok=True)

    def students(self) -> set[str]:
        """The students of whom a run left details."""
        return {path.stem for path in (self.path / "details").glob("*.json")}

    def read_report(self, student: str) -> GradeReport | None:
        """A report that an earlier run left, if it is whole. Its results may be missing: they are written after it."""
        return read_report(self.path, student)


def read_report(folder: Path, student: str) -> GradeReport | None:
    """A student's details in a folder of results, if they are whole; the folder is not touched."""
    try:
        return GradeReport.model_validate_json((folder / "details" / f"{student}.json").read_bytes())
    except (OSError, ValueError):
        return None


class Journal:
    """journal.jsonl: append-only, a line for each event, on the disk before the next step.

    One run at a time holds it. It tells what happened; what a later run keeps, it knows from the reports themselves.

    Args:
        path: the file.
        assignment: the assignment's id; its results alone lie in the journal's folder.

    Raises:
        SpecError: another run is at work there, it is of another assignment, or it cannot be written.
    """

    def __init__(self, path: Path, assignment: str) -> None:
        self.path = path
        try:
            self._file = path.open("a", encoding="utf-8")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # an earlier run may have been cut off in the middle of a line
            self._before = "\n" if path.stat().st_size else ""
        except BlockingIOError:
            self._file.close()
            raise SpecError(
                f"{path.parent}: another run is at work there; wait for its end or choose another --out."
            ) from None
        except OSError as error:
            raise _cannot_write(path, error) from None
        other = _find_assignment(path.parent)
        if other not in ("", assignment):
            self._file.close()
            raise SpecError(f"{path.parent} holds results of {other}, not of {assignment}; choose another --out.")

    def append(self, event: str, **fields: Any) -> None:
        """Write one event and force it to the disk."""
        try:
            self._file.write(f"{self._before}{json.dumps({'event': event, **fields})}\n")
            self._before = ""
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_write(self.path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(OSError):  # what could not be written has been said
            self._file.close()


def _find_assignment(folder: Path) -> str:
    """Of which assignment the reports in a folder of results are; empty where there are none, or nothing tells."""
    if not any((folder / "details").glob("*.json")):
        return ""
    found: list[Any] = []
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        found.append(json.loads((folder / "run.json").read_bytes())["assignment"])
    with contextlib.suppress(OSError):  # Journal itself says what is wrong with it
        events = read_events(folder / "journal.jsonl")
        found += [event.get("assignment") for event in events if event.get("event") == "run"]
    return next((name for name in reversed(found) if isinstance(name, str)), "")


def read_events(path: Path) -> list[dict[str, Any]]:
    """The events of a journal, in order; a line that is none is passed over, and so is a journal that is not there."""
    events: list[dict[str, Any]] = []
    if not path.is_file():
        return events
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                events.append(event)
    return events


def _cannot_write(path: Path, error: OSError) -> SpecError | GraderError:
    if error.errno in (28, 122):  # ENOSPC, EDQUOT
        return GraderError(f"{path} cannot be written: {error.strerror}; free some room and run the command again.")
    return SpecError(f"{path} cannot be written ({error.strerror}); choose another --out or check its permissions.")
