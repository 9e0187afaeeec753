"""Our students and nbgrader's ids: folders first, then what gradebook and roster agree on."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import SpecError
from autograder.nbgrader.students import Member, find_members, split_name
from autograder.submission import Enrolled, Intake, Roster, Submission, read_roster


def read(folder: Path, *rows: str) -> Roster:
    """A roster of SIDs, names and e-mails."""
    path = folder / "roster.csv"
    path.write_text("\n".join(("sid,name,email", *rows)))
    return read_roster(path)


def test_folders_then_gradebook_then_ours(tmp_path: Path) -> None:
    """A folder in submitted/ names its student; else an id of the gradebook that the roster knows; else our name."""
    roster = read(tmp_path, "100,Ada L,ada@example.org", "200,Bo M,bo@example.org", "300,Cy N,cy@example.org")
    handed = (
        Submission("100", {}, folder="ada@example.org", name="Ada L"),
        Submission("Zoë", {}, folder="zoe k"),
        Submission("dan", {}),
    )
    intake = Intake(handed, (), (Enrolled("200", "Bo M"), Enrolled("300", "Cy N")))
    assert find_members(intake, roster, ["bo@example.org", "ada@example.org", "nobody"]) == {
        "100": Member("ada@example.org", "Ada L"),
        "Zoë": Member("zoe k"),
        "dan": Member("dan"),
        "200": Member("bo@example.org", "Bo M"),
        "300": Member("300", "Cy N"),
    }


def test_two_students_of_one_id() -> None:
    """Scores of two students never go into one row."""
    intake = Intake((Submission("1", {}, folder="ada"), Submission("ada", {})), ())
    with pytest.raises(SpecError, match=r"^1 and ada would both be 'ada' at nbgrader; rename one of them"):
        find_members(intake, None, [])


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Ada Lovelace", ("Ada", "Lovelace")), ("Lovelace, Ada", ("Ada", "Lovelace")), ("Plato", ("", "Plato")),
     ("", ("", ""))],
)  # fmt: skip
def test_names(name: str, parts: tuple[str, str]) -> None:
    """First and last name, in either order."""
    assert split_name(name) == parts
