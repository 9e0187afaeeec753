"""results.json, written last, whole, and when nothing of the student's runs any more."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Final

from autograder.errors import GraderError

RESULTS: Final = "results.json"
_END_WAIT_S: Final = 10.0


def write_results(folder: Path, text: str) -> None:
    """Write results.json at once: whoever looks sees none or all of it.

    It is written in a folder of root's alone beside it and then renamed, so that nobody can hold the file before.

    Raises:
        GraderError: it cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as private:  # mode 700
            path = Path(private) / RESULTS
            with path.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            path.replace(folder / RESULTS)
        _sync(folder)
    except OSError as error:
        raise GraderError(f"{folder / RESULTS} cannot be written ({error.strerror}).") from None


def remove_results(folder: Path) -> None:
    """Take away what lies there: until something is graded there is no result.

    Raises:
        GraderError: it cannot be removed.
    """
    try:
        (folder / RESULTS).unlink(missing_ok=True)
    except OSError as error:
        raise GraderError(f"{folder / RESULTS} is there before the grading ({error.strerror}).") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def end_processes(uids: range) -> None:
    """Kill whatever runs under one of these uids, and look again until nothing does.

    Raises:
        GraderError: something is still there after ten seconds.
    """
    deadline = time.monotonic() + _END_WAIT_S
    while left := [pid for pid in _processes() if _runs_as(pid, uids)]:
        if time.monotonic() > deadline:
            raise GraderError("A process of the submission cannot be ended; the submission is not graded.")
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _runs_as(pid: int, uids: range) -> bool:
    """Whether a process has one of the uids in any of its roles; a zombie runs no more."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    fields = dict(line.partition(":")[::2] for line in lines)
    own = {int(uid) for uid in fields.get("Uid", "").split()}
    return any(uid in uids for uid in own) and not fields.get("State", "").strip().startswith(("Z", "X"))
