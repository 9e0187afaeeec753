"""Tests of autograder.overrides: a TA's table, read and checked whole before anything is graded."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import SpecError
from autograder.overrides import NO_OVERRIDES, Overrides, parse_overrides, read_overrides, resolve_overrides
from autograder.verdict import ExpectedTest

HEADER = "student,test,points,reason\n"
STUDENTS = ["00123", "ada", "bruno"]
PATH = Path("overrides.csv")


def expect(function: str, points: float, cases: int = 1) -> list[ExpectedTest]:
    """The cases of a test function that is worth `points`."""
    return [
        ExpectedTest(nodeid=f"test_hidden.py::{function}[{case}]", function=function, title="T", points=points / cases)
        for case in range(cases)
    ]


TESTS = [*expect("test_f", 4, cases=2), *expect("test_g", 5), *expect("test_h", 0)]


def resolve(text: str) -> Overrides:
    """The overrides of a file's text."""
    return resolve_overrides(parse_overrides(text, PATH), TESTS, STUDENTS, PATH)


def points_of(overrides: Overrides, student: str) -> dict[str, float]:
    """A student's ruled points by the test's short id."""
    return {nodeid.partition("::")[2]: ruling.points for nodeid, ruling in overrides.of(student).items()}


def test_points_for_one_student() -> None:
    """A row holds for its student alone, with its reason."""
    overrides = resolve(HEADER + "ada,test_g,2.5,A list is right too\n")
    (ruling,) = overrides.of("ada").values()
    assert (ruling.action, ruling.points, ruling.reason) == ("points", 2.5, "A list is right too")
    assert overrides.of("bruno") == {}


def test_a_function_shares_its_points_among_its_cases() -> None:
    """Points for a function go to its cases in proportion; a node id names one case."""
    assert points_of(resolve(HEADER + "ada,test_f,3,r\n"), "ada") == {"test_f[0]": 1.5, "test_f[1]": 1.5}
    assert points_of(resolve(HEADER + "ada,test_hidden.py::test_f[1],2,r\n"), "ada") == {"test_f[1]": 2}
    assert points_of(resolve(HEADER + "ada,test_h,0,r\n"), "ada") == {"test_h[0]": 0}


def test_void_is_for_everyone() -> None:
    """A void test is ruled on for each student, with all its points or with none."""
    given_, dropped = resolve(HEADER + "*,test_f,void-give,r\n"), resolve(HEADER + "*,test_f,void-drop,r\n")
    for student in STUDENTS:
        assert points_of(given_, student) == {"test_f[0]": 2, "test_f[1]": 2}
        assert points_of(dropped, student) == {"test_f[0]": 0, "test_f[1]": 0}


def test_what_spreadsheets_make_of_a_table(tmp_path: Path) -> None:
    """A BOM, CRLF, quoted commas, line breaks in a cell, blank lines, another order and leading zeros are as meant."""
    path = tmp_path / "overrides.csv"
    path.write_bytes(
        b"\xef\xbb\xbfReason,Points,Test,Student\r\n\r\n"
        b'"Right, but for\r\n""one"" sign",2,test_g,00123\r\n,,,\r\nagain,1,test_g, bruno \r\n'
    )
    rows = read_overrides(path)
    assert [(row.line, row.student, row.points, row.reason) for row in rows] == [
        (3, "00123", "2", 'Right, but for "one" sign'),
        (6, "bruno", "1", "again"),
    ]


def test_a_name_as_grades_csv_writes_it() -> None:
    """The apostrophe with which grades.csv guards a name from spreadsheets is no part of the name."""
    (row,) = parse_overrides(HEADER + "'@eve,test_g,1,r\n", PATH)
    assert row.student == "@eve"


BAD = {
    "unknown student": ("eve,test_g,1,r", ["line 2", "'eve'", "known are 00123, ada, bruno"]),
    "lost zeros": ("123,test_g,1,r", ["'123'", "did you mean '00123'?"]),
    "unknown test": ("ada,test_gg,1,r", ["'test_gg'", "did you mean 'test_g'?"]),
    "too many points": ("ada,test_g,5.1,r", ["5.1", "worth from 0 to 5"]),
    "negative points": ("ada,test_g,-1,r", ["-1", "worth from 0 to 5"]),
    "NaN": ("ada,test_g,nan,r", ["'nan'", "write a number"]),
    "infinity": ("ada,test_g,inf,r", ["'inf'", "write a number"]),
    "exponent": ("ada,test_g,1e0,r", ["'1e0'", "write a number"]),
    "comma as a point": ('ada,test_g,"2,5",r', ["'2,5'", "write a number"]),
    "no points": ("ada,test_g,,r", ["points is missing"]),
    "no reason": ("ada,test_g,1,", ["reason is missing"]),
    "blank reason": ("ada,test_g,1,  ", ["reason is missing"]),
    "no test": ("ada,,1,r", ["test is missing"]),
    "control character": ("ada,test_g,1,\x1b[31mr", ["reason", "control character"]),
    "long reason": (f"ada,test_g,1,{'r' * 1001}", ["reason is longer"]),
    "duplicate": ("ada,test_g,1,r\nada,test_hidden.py::test_g[0],1,r", ["line 3", "line 2 has decided"]),
    "void and one": ("*,test_f,void-give,r\nada,test_f,1,r", ["line 3", "line 2 has decided"]),
    "one and void": ("ada,test_f,1,r\n*,test_f,void-drop,r", ["line 3", "line 2 has decided"]),
    "void for one": ("ada,test_g,void-give,r", ["is for everyone"]),
    "points for everyone": ("*,test_g,3,r", ["void-give or void-drop", "'3'"]),
    "everything dropped": ("*,test_f,void-drop,r\n*,test_g,void-drop,r", ["every point", "void-give"]),
    "too few cells": ("ada,test_g,1", ["line 2", "3 cells"]),
    "unquoted comma": ("ada,test_g,1,right, but", ["5 cells", "quotes"]),
    "open quote": ('ada,test_g,1,"r', ["line 2", "no valid CSV"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows(name: str) -> None:
    """Each mistake is one sentence with the file and the line."""
    rows, said = BAD[name]
    with pytest.raises(SpecError) as caught:
        resolve(HEADER + rows + "\n")
    sentence = str(caught.value)
    assert [words for words in ["overrides.csv", *said] if words not in sentence] == []
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no header"),
        (b"student,test,points\n", "'reason' is missing"),
        (b"student,test,pionts,reason\n", "did you mean 'points'?"),
        (b"student,test,points,reason,test\n", "is there twice"),
        (HEADER.encode() + b"ada,test_g,1,caf\xe9\n", "is not UTF-8"),
        (HEADER.encode("utf-16"), "is not UTF-8"),
        (b"x" * (5 << 20), "larger than 4 MiB"),
    ],
    ids="empty column misspelt twice latin-1 utf-16 size".split(),
)
def test_what_is_no_table(tmp_path: Path, data: bytes, said: str) -> None:
    """A file that is no table of these four columns is refused with what to do."""
    path = tmp_path / "overrides.csv"
    path.write_bytes(data)
    with pytest.raises(SpecError, match=said) as caught:
        read_overrides(path)
    assert str(path) in str(caught.value)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    """What cannot be read is the caller's mistake."""
    with pytest.raises(SpecError, match="cannot be read"):
        read_overrides(tmp_path)


@given(st.text(alphabet=st.sampled_from('student,*"\n\r\0;1.-ada_gvo\ufeff'), max_size=200))
def test_any_text_is_read_or_refused(rows: str) -> None:
    """Whatever stands in the file, it is refused with a SpecError or is a ruling within the test's points."""
    overrides = NO_OVERRIDES
    with contextlib.suppress(SpecError):
        overrides = resolve(HEADER + rows)
    most = {test.nodeid: test.points for test in TESTS}
    rulings = [pair for student in STUDENTS for pair in overrides.of(student).items()]
    assert all(0 <= ruling.points <= most[nodeid] for nodeid, ruling in rulings)
