"""Tests of autograder.submission.names: whatever a name is, what is made of it can be written and printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission import MAX_NAME_BYTES
from autograder.submission.names import clean_path, clean_student, is_archive, shown, stem

NAMES = st.text(st.characters(codec=None), max_size=300) | st.text("./\\:aB\n\0é", max_size=20)


@pytest.mark.parametrize("name", ["0675", "ada@x.edu", "con.smith@x.edu", "Zoë", "李雷", "a-b_c.d"])
def test_ordinary_names_stay(name: str) -> None:
    """SIDs with their zeros, e-mails and names of one word stay as they are."""
    assert clean_student(name) == name


@pytest.mark.parametrize(
    "name", ["con", "NUL", "com1", "Ada Lovelace", "../ada", ".ada", "", "a\nb", "n" * 300, "\udce9"]
)
def test_other_names_get_a_digest(name: str) -> None:
    """What is cleaned, cut or a device of Windows cannot become another student's name."""
    assert clean_student(name) != name
    assert clean_student(name)[-7] == "-"


@given(NAMES)
def test_any_student_is_a_files_name(name: str) -> None:
    """A student's name is a plain part of a path, as UTF-8 not too long, and stays itself when it is cleaned again."""
    cleaned = clean_student(name)
    assert 0 < len(cleaned.encode()) <= MAX_NAME_BYTES + 60
    assert cleaned.isprintable()
    assert not {"/", "\\", ":", " "} & set(cleaned)
    assert not cleaned.startswith(".")
    assert clean_student(cleaned) == cleaned


@given(NAMES)
def test_any_path_is_inside_or_nothing(name: str) -> None:
    """A file's path is relative, without steps upward, control characters and overlong parts, or there is none."""
    path = clean_path(name)
    assert not path.startswith("/")
    if path:
        parts = path.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert all(part.encode() and len(part.encode()) <= 255 for part in parts)
        assert not {"\0", "\n", "\x1b", "\\"} & set(path)
        assert clean_path(path) == path


@given(NAMES)
def test_any_name_can_be_shown(name: str) -> None:
    """What a sentence shows of a name is one printable line of at most 60 characters."""
    text = shown(name)
    assert text.isprintable()
    assert len(text) <= 60
    assert bool(text.encode()) == bool(name)


def test_suffixes() -> None:
    """A stem is a name without what says its kind, all of it."""
    names = ["hw.tar.gz", "hw.zip", "hw.py", "hw.IPYNB", "hw", ".py", "hw.gz", "a.b.tgz"]
    assert [stem(name) for name in names] == ["hw", "hw", "hw", "hw", "hw", ".py", "hw.gz", "a.b"]
    assert [is_archive(name) for name in names] == [True, True, False, False, False, False, False, True]
