"""Tests of autograder.submission.roster: who is in the course, in anybody's columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from exports import Active, Member, gradescope_files, write_bytes
from small_course import write_files

from autograder.errors import SpecError
from autograder.submission import Enrolled, Intake, Roster, collect_submissions, read_roster

ADA = Enrolled("00675", "Ada Lovelace", "ada@x.edu")
BOB = Enrolled("0676", "Bob Hopper", "bob@x.edu")
ROSTERS: dict[str, str | bytes] = {
    "ours": "student,name,email\n00675,Ada Lovelace,ada@x.edu\n0676,Bob Hopper,bob@x.edu\n",
    "SID": "Name,SID,Email\nAda Lovelace,00675,ada@x.edu\nBob Hopper,0676,bob@x.edu\n",
    "Gradescope's": "First Name,Last Name,SID,Email,Role,Section\nAda,Lovelace,00675,ada@x.edu,Student,1\n"
    "Bob,Hopper,0676,bob@x.edu,student,1\nTia,A,1,ta@x.edu,TA,1\nProf,X,,p@x.edu,Instructor,\n",
    "BOM and CRLF": "\ufeffSTUDENT,Name,EMAIL\r\n00675,Ada Lovelace,ada@x.edu\r\n\r\n0676,Bob Hopper,bob@x.edu\r\n",
    "semicolons": "sid;name;email\n00675;Ada Lovelace;ada@x.edu\n0676;Bob Hopper;bob@x.edu\n",
    "UTF-16, tabs": "sid\tname\temail\n00675\tAda Lovelace\tada@x.edu\n0676\tBob Hopper\tbob@x.edu\n".encode("utf-16"),
    "a spreadsheet's guards": 'sid,name,email\n"=""00675""",Ada Lovelace,ada@x.edu\n\'0676,Bob Hopper,bob@x.edu\n',
    "spaces": " sid , name ,email\n 00675 , Ada  Lovelace,ada@x.edu\n0676,Bob Hopper,bob@x.edu,more\n",
}


def write_roster(root: Path, content: str | bytes) -> Roster:
    """A roster that is read back."""
    write_bytes(root, {"roster.csv": content})
    return read_roster(root / "roster.csv")


def collect(path: Path, roster: Roster) -> Intake:
    """What `grade` would find with a roster."""
    return collect_submissions([path], ["steps"], roster=roster)


@pytest.mark.parametrize("kind", ROSTERS)
def test_rosters_of_every_kind(tmp_path: Path, kind: str) -> None:
    """Headers in any case and order, marks, line ends and guards of spreadsheets give the same two students."""
    assert write_roster(tmp_path, ROSTERS[kind]).students == (ADA, BOB)


def test_canvas_gradebook(tmp_path: Path) -> None:
    """Canvas's gradebook: Student holds names, the second row is nobody, and its ID is that of a download."""
    content = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework (12)\n    Points Possible,,,,,20\n"
        '"Lovelace, Ada",101,00675,ada,1,\n"Hopper, Bob",102,0676,bob,1,\n'
    )
    roster = write_roster(tmp_path, content)
    assert roster.students == (Enrolled("00675", "Lovelace, Ada"), Enrolled("0676", "Hopper, Bob"))
    write_files(tmp_path / "class", {"whoever_101_1_steps.py": "x = 1", "hopperbob_999_2_steps.py": "x = 2"})
    intake = collect(tmp_path / "class", roster)
    assert [one.student for one in intake.submissions] == ["00675", "0676"]
    assert (intake.left_out, intake.absent) == ((), ())


@pytest.mark.parametrize("folder", ["00675", "ada@x.edu", "ADA@X.edu", "lovelaceada_7_8_steps.py", "Ada Lovelace"])
def test_students_go_by_the_rosters_names(tmp_path: Path, folder: str) -> None:
    """By SID, e-mail or name in any case a submission is its student's of the roster; the other did not submit."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    name = f"class/{folder}" if folder.endswith(".py") else f"class/{folder}/steps.py"
    write_files(tmp_path, {name: "x = 1"})
    intake = collect(tmp_path / "class", roster)
    (submission,) = intake.submissions
    assert (submission.student, submission.name, submission.email) == ("00675", "Ada Lovelace", "ada@x.edu")
    assert intake.absent == (BOB,)


def test_nobody_of_the_roster(tmp_path: Path) -> None:
    """A submission of nobody in the roster is graded, and said."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    write_files(tmp_path / "class", {"eve.py": "x = 1", "0676.py": "x = 2"})
    intake = collect(tmp_path / "class", roster)
    assert [one.student for one in intake.submissions] == ["0676", "eve"]
    assert intake.left_out == (f"eve is not in {tmp_path}/roster.csv; what they handed in was graded all the same.",)
    assert intake.absent == (ADA,)


def test_group_with_a_roster(tmp_path: Path) -> None:
    """Each member of a group is matched by what the export knows, and named as the roster has it."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    members = Member("A. L.", email="ada@x.edu"), Member("Bobby", "0676")
    write_bytes(tmp_path, gradescope_files([Active(1, members, {"steps.py": "x = 1"})]))
    ada, bob = collect(tmp_path / "assignment_42_export", roster).submissions
    assert (ada.student, ada.name, bob.student, bob.name) == ("00675", "Ada Lovelace", "0676", "Bob Hopper")


def test_a_chosen_name_takes_nobodys_place(tmp_path: Path) -> None:
    """Who calls himself by another's SID, Canvas number or name does not stand for them in the results."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    names = ["0676_7_steps", "bob@x.edu_8", "any_0676", "lovelaceada_11", "lovelaceada_12", "00675_13"]
    write_files(tmp_path / "class", {f"{name}_{number}_steps.py": name for number, name in enumerate(names)})
    intake = collect(tmp_path / "class", roster)
    assert intake.absent == (ADA, BOB)
    assert {one.student for one in intake.submissions}.isdisjoint({"00675", "0676"})
    assert sum("graded all the same" in sentence for sentence in intake.left_out) == len(intake.submissions)


def test_a_name_does_not_stand_beside_a_sid(tmp_path: Path) -> None:
    """Who is of the name of somebody that the export knows by SID does not replace what they handed in."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    members = Member("B. H.", "0676", "bob@x.edu"), Member("Bob Hopper", "nobody", "eve@x.edu")
    actives = [Active(number, (one,), {"steps.py": f"x = {number}"}) for number, one in enumerate(members)]
    write_bytes(tmp_path, gradescope_files(actives))
    intake = collect(tmp_path / "assignment_42_export", roster)
    assert {one.student: one.files["steps.py"] for one in intake.submissions} == {"0676": b"x = 0", "nobody": b"x = 1"}
    assert "nobody has the name of 0676" in intake.left_out[0]


def test_a_sid_that_two_accounts_have(tmp_path: Path) -> None:
    """It is that of the account whose e-mail the roster has too."""
    roster = write_roster(tmp_path, ROSTERS["ours"])
    members = Member("Bob", "0676", "Bob@x.edu"), Member("Eve", "0676", "eve@x.edu")
    actives = [Active(number, (one,), {"steps.py": f"x = {number}"}) for number, one in enumerate(members)]
    write_bytes(tmp_path, gradescope_files(actives))
    intake = collect(tmp_path / "assignment_42_export", roster)
    found = {one.student: one.files["steps.py"] for one in intake.submissions}
    assert found == {"0676": b"x = 0", "0676_eve@x.edu": b"x = 1"}
    assert "has the SID of 0676" in intake.left_out[0]


def test_what_two_students_share_tells_nothing(tmp_path: Path) -> None:
    """A name that two students have is nobody's; a SID that stands twice is said and its first row counts."""
    roster = write_roster(tmp_path, "sid,name\n1,John Smith\n2,John Smith\n2,Jane Smith\n")
    assert [one.name for one in roster.students] == ["John Smith", "John Smith"]
    write_files(tmp_path / "class", {"smithjohn_7_8_steps.py": "x = 1"})
    intake = collect(tmp_path / "class", roster)
    assert "2 stands there twice; line 4 was left out" in intake.left_out[0]
    assert "smithjohn is not in" in intake.left_out[1]


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "header alone": ("student,name\n", "names no student"),
    "no ids": ("given,family\nAda,L\n", "has no column student"),
    "latin-1": ("student,name\n1,Zoë\n".encode("latin-1"), "is not UTF-8; save it as CSV in UTF-8"),
    "a NUL": ("student\n1\0\n" + "x" * 200_000, "is not CSV"),
}


@pytest.mark.parametrize("case", BAD)
def test_rosters_that_cannot_be_read(tmp_path: Path, case: str) -> None:
    """A roster that is none is one sentence with the file and what to do."""
    content, said = BAD[case]
    with pytest.raises(SpecError, match=said) as caught:
        write_roster(tmp_path, content)
    assert str(tmp_path / "roster.csv") in str(caught.value)


def test_roster_that_is_not_there(tmp_path: Path) -> None:
    """A roster that is named and missing is one sentence."""
    with pytest.raises(SpecError, match="cannot be read"):
        read_roster(tmp_path / "nowhere.csv")
