"""Measuring and removing what a student made: real folders, as deep and as odd as they come."""

import os
from pathlib import Path

import pytest

from autograder.sandbox import _folders


def nest(folder: Path, depth: int) -> None:
    """Folders within folders, deeper than any path may be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, a link out, a fifo and folders in it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("kept")
    made = tmp_path / "made"
    (made / "a" / "b").mkdir(parents=True)
    (made / "a" / "file").write_bytes(bytes(10_000))
    (made / "link").symlink_to(tmp_path / "out")
    (made / "a" / "link").symlink_to(tmp_path / "out" / "precious")
    os.mkfifo(made / "a" / "b" / "fifo")
    return made


def test_measure_counts_bytes_and_entries(folder: Path) -> None:
    """Every entry counts once, a link as itself, and a file with what it takes on the disk."""
    used, entries = _folders.measure(str(folder), 100)
    assert entries == 6
    assert 10_000 <= used < 60_000


def test_measure_gives_up_in_time(folder: Path) -> None:
    """Too many entries, or too deep ones, are too much, and no descriptor stays open."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert _folders.measure(str(folder), 3)[0] == _folders.TOO_MUCH
    nest(folder, 3000)
    assert _folders.measure(str(folder), 100_000)[0] == _folders.TOO_MUCH
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    _folders.remove(str(folder))


def test_remove_takes_everything_and_follows_nothing(folder: Path) -> None:
    """Folders deeper than a path can say are removed; what a link names stays."""
    nest(folder, 3000)
    nest(folder / "a", 1500)
    _folders.remove(str(folder))
    assert not folder.exists()
    assert (folder.parent / "out" / "precious").read_text() == "kept"
