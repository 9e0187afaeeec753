"""Tests of autograder.jobs.origin: which run a grade is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.jobs.origin import find_origin


def begin(path: str, **fields: Any) -> dict[str, Any]:
    """A run's line, of submissions from `path`."""
    origin = {
        "assignment": "a", "course": "/c", "paths": [path], "seed": None, "seed_digest": "0", "sandbox": "none",
        "assignment_digest": "1", "environment_digest": "2", **fields,
    }  # fmt: skip
    return {"event": "run", "origin": origin}


def graded(student: str, digest: str) -> dict[str, Any]:
    """A grade's line."""
    return {"event": "graded", "student": student, "submission": digest}


def found(tmp_path: Path, *events: Any, student: str = "ada") -> tuple[str, str] | None:
    """The path and the submission's digest that the journal of these events says of a student."""
    journal = tmp_path / "journal.jsonl"
    journal.write_text("".join(json.dumps(event) + "\n" for event in events))
    origin = find_origin(journal, student)
    return None if origin is None else (origin.run.paths[0], origin.submission)


def test_the_last_run_counts(tmp_path: Path) -> None:
    """A grade is of the last run that made it or kept it, and not of runs over others in between."""
    first = begin("/one"), graded("ada", "x"), graded("bea", "y")
    assert found(tmp_path, *first) == ("/one", "x")
    assert found(tmp_path, *first, begin("/two"), graded("bea", "z")) == ("/one", "x")
    assert found(tmp_path, *first, begin("/two"), {"event": "kept", "students": ["ada"]}) == ("/two", "x")
    assert found(tmp_path, *first, begin("/two"), graded("ada", "z")) == ("/two", "z")


@pytest.mark.parametrize(
    "events",
    [
        [],
        [begin("/one"), graded("bea", "x")],
        [graded("ada", "x")],
        [{"event": "run"}, graded("ada", "x")],
        [begin("/one", seed=5), graded("ada", "x")],
        [begin("/one"), {"event": "graded", "student": "ada"}],
        [begin("/one"), {"event": "kept", "students": 5}, {"event": "kept", "students": ["ada"]}],
        ["run", 5, None],
    ],
    ids="empty other no-run old wrong no-digest kept garbage".split(),
)
def test_a_journal_that_does_not_say(tmp_path: Path, events: list[Any]) -> None:
    """Where the journal was torn, is of an older version or is garbage, there is no origin and no error."""
    assert found(tmp_path, *events) is None
