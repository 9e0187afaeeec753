"""Tests of autograder.sandbox._rehearsal: what every use does, done once before the fork, and put back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from boundary import Student

from autograder.proxy import _student_side
from autograder.sandbox import Zygote, _rehearsal

REHEARSE = """\
import builtins, json, os, signal, sys, tempfile
import numpy
from autograder.proxy import _student_side
from autograder.sandbox import _rehearsal

def look():
    return {
        "folder": os.getcwd(), "argv": sys.argv, "input": builtins.input.__module__,
        "module": _rehearsal.NAME in sys.modules, "places": list(sys.path_importer_cache),
        "path": list(sys.path), "hooks": [repr(hook) for hook in sys.path_hooks],
        "finders": [repr(finder) for finder in sys.meta_path],
        "streams": [id(sys.stdin), id(sys.stdout), id(sys.stderr), id(sys.__stdout__)],
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGPROF, signal.SIGALRM)],
        "timers": [signal.getitimer(which) for which in (signal.ITIMER_PROF, signal.ITIMER_REAL)],
        "descriptors": sorted(os.listdir("/proc/self/fd")), "files": os.listdir(tempfile.gettempdir()),
    }

_rehearsal._SOURCE += "print('was imported')\\n"
tempfile.gettempdir()
before = look()
_rehearsal.rehearse(_student_side, torch=False)
after = look()
print(json.dumps([before, after]))
"""
LOOK = """
import linecache, sys, tempfile

def traces():
    return [
        [name for name in (*sys.modules, *linecache.cache) if "autograder_rehearsal" in name],
        [place for place in (*sys.path, *sys.path_importer_cache) if place.startswith(tempfile.gettempdir() + "/tmp")],
    ]
"""


def test_process_is_as_it_was(tmp_path: Path) -> None:
    """A submission of our own is imported and called, and of what that changes all is put back."""
    done = subprocess.run(
        [sys.executable, "-c", REHEARSE], capture_output=True, text=True, timeout=60, check=True,
        env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    said, told = done.stdout.splitlines()
    assert said == "was imported"
    before, after = json.loads(told)
    assert after == before
    assert after["files"] == []


def test_student_finds_no_trace_of_it(shared_sandbox: Zygote) -> None:
    """Neither the module nor its folder is known where a submission runs."""
    student = Student(shared_sandbox, LOOK)
    assert student.call("traces") == [[], []]
    student.close()


def test_submission_that_cannot_be_called_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork server in which a right submission fails does not start: every student's would."""
    monkeypatch.setattr(_rehearsal, "_SOURCE", "def compute(x):\n    raise ValueError('not now')\n")
    with pytest.raises(RuntimeError, match=r"rehearsal of a submission failed .ValueError: not now"):
        _rehearsal.rehearse(_student_side, torch=False)
    assert _rehearsal.NAME not in sys.modules


def test_nothing_is_rehearsed_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing can be written stops no start either."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder = Path.cwd()
    monkeypatch.setattr(_student_side.Server, "write_files", refuse)
    _rehearsal.rehearse(_student_side, torch=False)
    assert Path.cwd() == folder
    assert _rehearsal.NAME not in sys.modules


def test_nothing_is_rehearsed_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a temporary folder starts all the same."""

    def refuse() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    folder = Path.cwd()
    monkeypatch.setattr(_rehearsal.tempfile, "mkdtemp", refuse)
    _rehearsal.rehearse(None, torch=False)
    assert Path.cwd() == folder
