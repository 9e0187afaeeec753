"""Tests of autograder.jobs.rulings: which overrides.csv holds for a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.errors import SpecError
from autograder.jobs.rulings import NO_FILE, load_overrides

HEADER = "student,test,points,reason\n"
ROW = "ada,test_f,1,r\n"


def remember(folder: Path, file: Path, rows: int) -> None:
    """A journal whose last run went by a file of so many rows."""
    events = [{"event": "run", "overrides": {"file": str(file), "rows": rows}}, {"event": "graded", "student": "ada"}]
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))


def test_there_are_none(tmp_path: Path) -> None:
    """Without a file nothing is overridden, and nothing is put on record."""
    assert load_overrides(tmp_path, None) == NO_FILE
    assert NO_FILE.describe() is None
    assert NO_FILE.resolve([], []).of("ada") == {}


def test_the_results_own_file(tmp_path: Path) -> None:
    """DIR/overrides.csv is found, unless another is named."""
    (tmp_path / "overrides.csv").write_text(HEADER + ROW)
    (tmp_path / "mine.csv").write_text(HEADER)
    own, mine = load_overrides(tmp_path, None), load_overrides(tmp_path, tmp_path / "mine.csv")
    assert (own.path, len(own.rows)) == (tmp_path / "overrides.csv", 1)
    assert (mine.path, len(mine.rows)) == (tmp_path / "mine.csv", 0)
    assert own.digest != mine.digest


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_that_is_gone(tmp_path: Path, rows: int) -> None:
    """The file of the last run is not forgotten in silence, if it held a row."""
    remember(tmp_path, tmp_path / "mine.csv", rows)
    if rows:
        with pytest.raises(SpecError, match=r"mine.csv, the overrides of the last run, is gone"):
            load_overrides(tmp_path, None)
    else:
        assert load_overrides(tmp_path, None) == NO_FILE


def test_two_files(tmp_path: Path) -> None:
    """Where DIR's own and the last run's are both there, the TA says which."""
    (tmp_path / "mine.csv").write_text(HEADER + ROW)
    remember(tmp_path, tmp_path / "mine.csv", 1)
    assert load_overrides(tmp_path, None).path == tmp_path / "mine.csv"
    (tmp_path / "overrides.csv").write_text(HEADER)
    with pytest.raises(SpecError, match="name one of them with --overrides"):
        load_overrides(tmp_path, None)
    assert load_overrides(tmp_path, tmp_path / "overrides.csv").path == tmp_path / "overrides.csv"
