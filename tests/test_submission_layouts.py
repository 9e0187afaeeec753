"""Tests of autograder.submission: how a class lies in a folder or an archive, guessed and forced."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from exports import Active, Member, canvas_class, gradescope_class, gradescope_files, tar_of, write_bytes, zip_of
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import SpecError
from autograder.submission import Intake, Layout, Submission, collect_submissions
from autograder.submission import reading as reading_module
from autograder.submission.canvas import parse_attachment
from autograder.submission.layouts import parse_time
from autograder.submission.trees import File

SOURCE = b"x = 1\n"
OTHER = b"x = 2\n"


def collect(*paths: Path, layout: Layout = Layout.AUTO) -> Intake:
    """What `grade` would find in these paths for the assignment small_steps of one module, steps."""
    return collect_submissions(paths, ["steps"], layout=layout, assignment="small_steps")


def found(*paths: Path, layout: Layout = Layout.AUTO) -> dict[str, dict[str, bytes]]:
    """The files of each student who is found."""
    return {one.student: one.files for one in collect(*paths, layout=layout).submissions}


def only(intake: Intake) -> Submission:
    """The one submission."""
    (submission,) = intake.submissions
    return submission


# ---- files, folders and archives that are named


@pytest.mark.parametrize("name", ["ada.py", "ada.ipynb", "ada.zip", "ada.tar.gz", "ada.tgz"])
def test_one_file_of_each_kind(tmp_path: Path, name: str) -> None:
    """A module, a notebook and an archive are each one student's, named alone and in a class."""
    make = {"zip": zip_of, "gz": tar_of, "tgz": tar_of}.get(name.rpartition(".")[2])
    write_bytes(tmp_path, {name: make({"hw/steps.py": SOURCE}) if make else SOURCE, "bob.py": OTHER})
    files = {"steps.py": SOURCE} if make else {name: SOURCE}
    assert found(tmp_path / name) == {"ada": files}
    assert found(tmp_path) == {"ada": files, "bob": {"bob.py": OTHER}}


def test_archive_of_the_assignments_name(tmp_path: Path) -> None:
    """steps.zip is the submission of the student whose folder it lies in."""
    write_bytes(tmp_path, {"ada/steps.zip": zip_of({"hw.py": SOURCE})})
    assert (
        found(tmp_path / "ada" / "steps.zip")
        == found(tmp_path)
        == found(tmp_path / "ada")
        == {"ada": {"hw.py": SOURCE}}
    )


def test_module_and_notebook_of_one_name(tmp_path: Path) -> None:
    """ada.py and ada.ipynb in one folder are one student's."""
    write_bytes(tmp_path, {"ada.py": SOURCE, "ada.ipynb": b"{}", "bob.py": OTHER})
    assert found(tmp_path) == {"ada": {"ada.py": SOURCE, "ada.ipynb": b"{}"}, "bob": {"bob.py": OTHER}}


def test_zip_of_a_class(tmp_path: Path) -> None:
    """A zip with several students' folders or archives is a class; with a student's own folders it is a submission."""
    one = {"hw/src/steps.py": SOURCE, "hw/tests/test_steps.py": OTHER, "hw/data/x.csv": b""}
    write_bytes(
        tmp_path,
        {
            "folders.zip": zip_of({"class/ada/hw/steps.py": SOURCE, "class/bob/steps.py": OTHER}),
            "zips.tar.gz": tar_of({"ada.zip": zip_of({"steps.py": SOURCE}), "bob.zip": zip_of({"a.py": OTHER})}),
            "mia.zip": zip_of(one),
        },
    )
    assert found(tmp_path / "folders.zip") == {"ada": {"steps.py": SOURCE}, "bob": {"steps.py": OTHER}}
    assert found(tmp_path / "zips.tar.gz") == {"ada": {"steps.py": SOURCE}, "bob": {"a.py": OTHER}}
    assert set(found(tmp_path / "mia.zip")["mia"]) == {"steps.py", "tests/test_steps.py", "data/x.csv"}


def test_zip_of_a_class_of_files(tmp_path: Path) -> None:
    """A zip of several modules is one student's, unless --layout folder says that it is a class."""
    write_bytes(tmp_path, {"all.zip": zip_of({"class/ada.py": SOURCE, "class/bob.py": OTHER})})
    assert list(found(tmp_path / "all.zip")) == ["all"]
    assert list(found(tmp_path / "all.zip", layout=Layout.FOLDER)) == ["ada", "bob"]


def test_refused_archive_costs_its_student_alone(tmp_path: Path) -> None:
    """An archive that cannot be read is its student's refusal, named alone and in a class."""
    write_bytes(tmp_path, {"ada.zip": b"PK\3\4 cut", "eve.rar": b"Rar!\x1a\7", "bob.py": OTHER})
    ada, bob, eve = collect(tmp_path).submissions
    assert (ada.files, bob.refusal, eve.files) == ({}, "", {})
    assert "ada.zip is damaged or cut off" in ada.refusal
    assert "RAR" in eve.refusal
    assert only(collect(tmp_path / "ada.zip")).refusal == ada.refusal


def test_large_entry_in_a_class_costs_its_student_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a class's archive one student's file that is too large refuses that student."""
    monkeypatch.setattr(reading_module, "MAX_FILE_BYTES", 1000)
    files = {"ada/steps.py": SOURCE, "bob/steps.py": b"#" * 1001, "cem/steps.py": OTHER}
    write_bytes(tmp_path, {"class.zip": zip_of(files), "class.tar": tar_of(files, "w")})
    for name in ("class.zip", "class.tar"):
        ada, bob, cem = collect(tmp_path / name).submissions
        assert (ada.refusal, cem.refusal) == ("", "")
        assert "steps.py is larger than" in bob.refusal


def test_bytecode_alone_is_a_submission_without_files(tmp_path: Path) -> None:
    """A folder of what tools leave behind was handed in, and is refused; an empty folder was not."""
    write_bytes(tmp_path, {"ada/__pycache__/steps.pyc": b"x", "bob.py": OTHER})
    (tmp_path / "cem").mkdir()
    intake = collect(tmp_path)
    assert [(one.student, one.refusal) for one in intake.submissions] == [
        ("ada", "No file that can be graded was handed in."),
        ("bob", ""),
    ]
    assert [sentence.rpartition("/")[2] for sentence in intake.left_out] == ["cem holds no file; it was left out."]


def test_pipes_devices_and_links_never_block(tmp_path: Path) -> None:
    """A pipe or a link is neither opened nor followed wherever it lies, and what it is called is said."""
    write_bytes(tmp_path, {"class/ada/steps.py": SOURCE, "key.py": b"KEY", "zip/a.zip": zip_of({"steps.py": OTHER})})
    os.mkfifo(tmp_path / "class" / "pipe.zip")
    os.mkfifo(tmp_path / "class" / "ada" / "timestamp.txt")
    os.mkfifo(tmp_path / "class" / "submission_metadata.yml")
    (tmp_path / "class" / "ada" / "data").symlink_to(tmp_path / "zip")
    (tmp_path / "class" / "link.zip").symlink_to(tmp_path / "zip" / "a.zip")
    (tmp_path / "class" / "folder").symlink_to(tmp_path / "zip")
    intake = collect(tmp_path / "class")
    assert only(intake).files == {"steps.py": SOURCE}
    assert "data, timestamp.txt" in only(intake).notes[0]
    assert len(intake.left_out) == 4
    assert all("is a link, pipe or device" in sentence for sentence in intake.left_out)
    assert list(found(*(tmp_path / "class").iterdir())) == ["ada"]


# ---- Gradescope


def write_gradescope(root: Path, *actives: Active, more: Mapping[str, str | bytes] | None = None) -> Path:
    """An export of these submissions, and other files in it; returns its folder."""
    write_bytes(root, {**gradescope_files(list(actives)), **(more or {})})
    return root / "assignment_42_export"


ADA = Member("Ada Lovelace", "00675", "ada@x.edu")
BOB = Member("Bob", email="bob@x.edu")
EVE = Member("Éve 'Q' Ω")


def test_gradescope_names(tmp_path: Path) -> None:
    """A student is called by SID, else by e-mail, else by name; zeros stay; time, name and e-mail are kept."""
    actives = [Active(n, (one,), {"steps.py": SOURCE}) for n, one in enumerate((ADA, BOB, EVE))]
    ada, bob, eve = collect(write_gradescope(tmp_path, *actives)).submissions
    assert (ada.student, ada.name, ada.email) == ("00675", "Ada Lovelace", "ada@x.edu")
    assert (bob.student, bob.name) == ("bob@x.edu", "Bob")
    assert eve.student.startswith("Éve_Q_Ω-")
    assert ada.submitted_at == datetime(2023, 12, 4, 5, 26, 26, 899837, UTC)
    assert ada.files == {"steps.py": SOURCE}


@pytest.mark.parametrize("sid", ["0675", "00000", "0899", "1e5", "1_000", "12:30:45", "0x1f", "123456789"])
def test_gradescope_sids_without_quotes(tmp_path: Path, sid: str) -> None:
    """A SID that YAML takes for a number stays the text that it is."""
    export = write_gradescope(tmp_path, Active(1, (Member("Ada", sid),), {"steps.py": SOURCE}))
    text = f"submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: {sid}\n  :created_at: nonsense\n"
    (export / "submission_metadata.yml").write_text(text)
    submission = only(collect(export))
    assert submission.student.startswith(sid.replace(":", "_"))
    assert submission.submitted_at is None


def test_gradescope_group(tmp_path: Path) -> None:
    """Every member of a group has the submission, and they are of one group."""
    export = write_gradescope(tmp_path, Active(1, (ADA, BOB), {"steps.py": SOURCE}), Active(2, (EVE,), {"a.py": OTHER}))
    ada, bob, eve = collect(export).submissions
    assert (ada.files, ada.group, ada.email) == (bob.files, bob.group, "ada@x.edu")
    assert (eve.group, bob.name) == ("", "Bob")


def test_gradescope_history_is_not_graded(tmp_path: Path) -> None:
    """A folder of an earlier submission, or of none, is left out and said."""
    actives = Active(1, (ADA,), {"steps.py": SOURCE}, history=(7,))
    more = {"assignment_42_export/submission_7/steps.py": OTHER, "assignment_42_export/note.txt": b""}
    intake = collect(write_gradescope(tmp_path, actives, more=more))
    assert only(intake).files == {"steps.py": SOURCE}
    assert [sentence.partition("export/")[2].partition(" ")[0] for sentence in intake.left_out] == [
        "note.txt",
        "submission_7",
    ]


def test_gradescope_missing_folder(tmp_path: Path) -> None:
    """A listed submission whose folder is not there is no score: it is said, and its student stays ungraded."""
    export = write_gradescope(tmp_path, Active(1, (ADA,), {"steps.py": SOURCE}), Active(2, (BOB,), {}))
    ada, bob = collect(export).submissions
    assert (ada.fault, bob.files) == ("", {})
    assert bob.fault.endswith("submission_2 is listed in submission_metadata.yml, but is not there; export it again.")


def test_gradescope_later_of_two(tmp_path: Path) -> None:
    """Of two active submissions of one student the later in time counts, wherever it stands."""
    early, late = "2023-12-04 05:00:00.5 Z", "2023-12-04 05:00:01.000000001 Z"
    actives = Active(1, (ADA, BOB), {"steps.py": SOURCE}, late), Active(2, (ADA,), {"steps.py": OTHER}, early)
    intake = collect(write_gradescope(tmp_path, *actives))
    assert [one.files["steps.py"] for one in intake.submissions] == [SOURCE, SOURCE]
    assert intake.left_out == ("00675 was found more than once; the last one handed in counts.",)


ALIASES = """\
submission_1:
  :submitters: &one
  - :name: Ada
    :sid: '00675'
  :created_at: &t 2023-12-04 05:26:26.899837000 Z
  :results: {score: 1, deep: [[[]]]}
  :history:
  - {":id": 2, ":submitters": *one}
submission_2:
  :submitters: [{":name": Bob, ":sid": ~, ":email": bob@x.edu}]
  :created_at: *t
"""


def test_gradescope_anchors(tmp_path: Path) -> None:
    """Anchors, which Ruby writes for what comes twice, stand for their values; a null is no name."""
    write_bytes(tmp_path, {"submission_metadata.yml": ALIASES, "submission_1/a.py": SOURCE, "submission_2/b.py": OTHER})
    ada, bob = collect(tmp_path).submissions
    assert (ada.student, bob.student, ada.submitted_at) == ("00675", "bob@x.edu", bob.submitted_at)


BAD_YAML = {
    "no YAML": ("a: [1", "is not valid YAML in line 2"),
    "no table": ("- a\n- b\n", "is not a list of submissions"),
    "nothing": ("", "is not a list of submissions"),
    "no text": (b"\xff\xfe\xff", "is not valid YAML"),
    "a ruby object": ("a: !ruby/object:Kernel {b: c}\n", ""),
    "deep": ("[" * 200_000, "is nested too deeply"),
    "deep lists": ("- " * 200_000, "is nested too deeply"),
}


@pytest.mark.parametrize("case", BAD_YAML)
def test_gradescope_list_that_cannot_be_read(tmp_path: Path, case: str) -> None:
    """A list that is no YAML, no list, or a trap for its reader is one sentence; tags make nothing but text."""
    text, said = BAD_YAML[case]
    write_bytes(tmp_path, {"submission_metadata.yml": text, "submission_1/steps.py": SOURCE})
    if said:
        with pytest.raises(SpecError, match=said):
            collect(tmp_path)
    else:
        assert "is listed" in only(collect(tmp_path)).fault


@given(st.text(alphabet=" :-[]{}&*!|>'\"\n\tab0~?,#%@", max_size=80))
def test_gradescope_list_of_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever the list says, there are submissions or one sentence."""
    root = write_bytes(tmp_path_factory.mktemp("export"), {"submission_metadata.yml": text})
    try:
        said = [one.fault for one in collect(root).submissions]
    except SpecError as error:
        said = [str(error)]
    assert all(sentence.endswith(".") for sentence in said)
    assert said


# ---- Canvas

CANVAS_NAMES = {
    "lovelaceada_101_5001_steps.py": ("lovelaceada", "101", False, 5001, "steps.py"),
    "lovelaceada_LATE_101_5001_a_1_2_b.py": ("lovelaceada", "101", True, 5001, "a_1_2_b.py"),
    "wilson_a_111_5013_steps.py": ("wilson_a", "111", False, 5013, "steps.py"),
    "a_1_b_111_5013_steps.py": ("a_1_b", "111", False, 5013, "steps.py"),
    "李雷_7_8_x.py": ("李雷", "7", False, 8, "x.py"),
    "7_8_x.py": ("", "7", False, 8, "x.py"),
    "anon_12_34_x.py": ("", "anon_12", False, 34, "x.py"),
    "LATE_anon_Ab9_34_x.py": ("", "anon_Ab9", True, 34, "x.py"),
    "anonym_12_34_x.py": ("anonym", "12", False, 34, "x.py"),
    "ada_101_text.html": ("ada", "101", False, 0, "text.html"),
    "ada_LATE_101_link.html": ("ada", "101", True, 0, "link.html"),
    "steps.py": None,
    "lab_2_steps.py": None,
    "_1_2_": None,
}


@pytest.mark.parametrize("name", CANVAS_NAMES)
def test_canvas_names(name: str) -> None:
    """What a file's name says: student, user, late, attachment and the file's own name."""
    one = parse_attachment(File(name, name, lambda _: b""))
    assert (one and (one.name, one.user, one.late, one.number, one.display)) == CANVAS_NAMES[name]


def test_canvas_resubmissions(tmp_path: Path) -> None:
    """Of one name the latest attachment counts, its suffix taken off; numbered files that are no module keep theirs."""
    write_bytes(
        tmp_path,
        {
            "ada_1_30_steps-1.py": SOURCE,
            "ada_1_9_steps.py": OTHER,  # 9 is earlier than 30, whatever the order of the names
            "ada_1_31_data-1.csv": b"1",
            "ada_1_32_fold-2.csv": b"2",
            "bob_2_40_part-1.py": b"1",
            "bob_2_41_part-2.py": b"2",
            "cem_3_50_steps-3.zip": zip_of({"steps.py": OTHER}),
        },
    )
    assert found(tmp_path) == {
        "ada": {"steps.py": SOURCE, "data.csv": b"1", "fold-2.csv": b"2"},
        "bob": {"part-1.py": b"1", "part-2.py": b"2"},
        "cem": {"steps.py": OTHER},
    }


def test_canvas_text_entries(tmp_path: Path) -> None:
    """Text entries and links are said; who handed in nothing else is refused, not forgotten."""
    write_bytes(tmp_path, {"ada_1_text.html": b"", "bob_2_5_steps.py": SOURCE, "bob_2_link.html": b""})
    intake = collect(tmp_path)
    ada, bob = intake.submissions
    assert ada.refusal == "Only a text entry was handed in, and no file."
    assert (bob.files, bob.notes) == (
        {"steps.py": SOURCE},
        ("A link was handed in beside the files; it was not graded.",),
    )
    assert len(intake.left_out) == 2


def test_canvas_user_of_several_names(tmp_path: Path) -> None:
    """A user's number under another name is said: a name can be chosen to look like somebody else's file."""
    write_bytes(tmp_path, {"bob_2_5_steps.py": SOURCE, "mallory_2_6_steps.py": OTHER})
    assert "User 2 of the Canvas download has several names (bob, mallory)" in collect(tmp_path).left_out[0]


# ---- Moodle, nbgrader


def test_moodle(tmp_path: Path) -> None:
    """Moodle's folders, and its flat files, are each a participant's; two of one name are told apart."""
    folders = {
        "Ada Lovelace_101_assignsubmission_file_/steps.py": SOURCE,
        "Ada Lovelace_102_assignsubmission_file_/hw/steps.py": OTHER,
        "Zoë O'Neil_103_assignsubmission_file_/steps.zip": zip_of({"steps.py": OTHER}),
        "Zoë O'Neil_103_assignsubmission_onlinetext_/onlinetext.html": b"",
        "Bob B_104_assignsubmission_onlinetext_/onlinetext.html": b"",
    }
    flat = {"Cem Can_105_assignsubmission_file_steps.py": SOURCE, "Cem Can_105_assignsubmission_file_helper.py": OTHER}
    write_bytes(tmp_path, {"a.zip": zip_of(folders), **{f"b/{name}": data for name, data in flat.items()}})
    ada, other, bob, zoe = collect(tmp_path / "a.zip").submissions
    assert (ada.student, ada.name, ada.files) == ("Ada_Lovelace_101", "Ada Lovelace", {"steps.py": SOURCE})
    assert (other.student, other.files, zoe.files) == ("Ada_Lovelace_102", {"steps.py": OTHER}, {"steps.py": OTHER})
    assert bob.refusal == "Only a text was handed in, and no file."
    assert found(tmp_path / "b") == {"Cem_Can": {"steps.py": SOURCE, "helper.py": OTHER}}


def test_nbgrader(tmp_path: Path) -> None:
    """Of nbgrader's tree this assignment's folder of each student is taken, with its time."""
    write_bytes(
        tmp_path,
        {
            "submitted/ada/small_steps/steps.ipynb": b"{}",
            "submitted/ada/small_steps/timestamp.txt": b"2024-02-02 15:58:23.948203 UTC",
            "submitted/ada/other/steps.ipynb": b"[]",
            "submitted/bob/ps1/steps.ipynb": SOURCE,
            "submitted/cem/ps1/steps.ipynb": SOURCE,
            "submitted/cem/ps2/steps.ipynb": SOURCE,
            "nbgrader_config.py": b"",
        },
    )
    for path in (tmp_path, tmp_path / "submitted"):
        intake = collect(path)
        ada, bob = intake.submissions
        assert (ada.files["steps.ipynb"], bob.files) == (b"{}", {"steps.ipynb": SOURCE})
        assert ada.submitted_at == datetime(2024, 2, 2, 15, 58, 23, 948203, UTC)
        assert "cem holds no folder small_steps" in intake.left_out[0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2023-12-04 05:26:26.899837000 Z", 1701667586.899837),
        ("2023-12-04T05:26:26Z", 1701667586),
        ("2023-12-04 05:26:26 +01:00", 1701663986),
        ("2023-12-04 05:26:26.5 PST", None),
        ("2023-12-04 05:26:26", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times(text: str, seconds: float | None) -> None:
    """A time with a known zone is that moment; any other is not known."""
    time = parse_time(text)
    assert (time and time.timestamp()) == seconds


# ---- guessed and forced

EXPORTS: dict[Layout, Callable[[], Mapping[str, str | bytes]]] = {
    Layout.GRADESCOPE: lambda: gradescope_class()[0],
    Layout.CANVAS: lambda: canvas_class()[0],
    Layout.MOODLE: lambda: {f"S {n}_{n}_assignsubmission_file_/steps.py": SOURCE for n in range(5)},
    Layout.NBGRADER: lambda: {f"submitted/s{n}/small_steps/steps.py": SOURCE for n in range(5)},
}


@pytest.mark.parametrize("layout", EXPORTS)
def test_guess_and_force_agree(tmp_path: Path, layout: Layout) -> None:
    """Each export is known by its content as a folder, in a folder of its own, as zip and as tar, and may be forced."""
    files = EXPORTS[layout]()
    wrapped = {f"download/{name}": data for name, data in files.items()}
    write_bytes(tmp_path / "folder", files)
    write_bytes(tmp_path / "inside", wrapped)
    write_bytes(tmp_path, {"a.zip": zip_of(files), "b.zip": zip_of(wrapped), "c.tar.gz": tar_of(files)})
    expected = found(tmp_path / "folder")
    assert len(expected) >= 5
    for name in ("folder", "inside", "a.zip", "b.zip", "c.tar.gz"):
        assert found(tmp_path / name) == found(tmp_path / name, layout=layout) == expected


@pytest.mark.parametrize("layout", EXPORTS)
def test_wrong_layout(tmp_path: Path, layout: Layout) -> None:
    """A layout that is forced and wrong is one sentence, of a folder, an archive and a file."""
    write_bytes(tmp_path, {"class/ada/steps.py": SOURCE, "class/bob.py": OTHER, "a.zip": zip_of({"ada.py": SOURCE})})
    for name in ("class", "a.zip", "class/bob.py"):
        with pytest.raises(SpecError, match="layout") as caught:
            collect(tmp_path / name, layout=layout)
        assert "\n" not in str(caught.value)
    with pytest.raises(SpecError, match="damaged"):
        collect(write_bytes(tmp_path, {"b.zip": b"PK\3\4"}) / "b.zip", layout=layout)


def test_export_without_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML is not installed the sentence says how to get it."""
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(SpecError, match=r"pip install 'autograder\[exports\]'"):
        collect(write_gradescope(tmp_path, Active(1, (ADA,), {"steps.py": SOURCE})))


def test_chosen_names_with_numbers_tell_students_apart(tmp_path: Path) -> None:
    """Who is called as another with the number behind takes nobody's place."""
    names = [f"Bob_{user}_assignsubmission_file_/steps.py" for user in ("123", "999", "123_998")]
    write_bytes(tmp_path, {name: f"x = {number}" for number, name in enumerate(names)})
    intake = collect_submissions([tmp_path], ["steps"])
    assert [one.files["steps.py"] for one in intake.submissions] == [b"x = 0", b"x = 2", b"x = 1"]
    assert [one.student for one in intake.submissions] == ["Bob_123_123", "Bob_123_998", "Bob_999"]
    assert intake.left_out == ()


def test_gradescope_sid_of_another(tmp_path: Path) -> None:
    """Two accounts with one SID are two students, told apart by e-mail."""
    members = Member("Ada", "77", "ada@x.edu"), Member("Eve", "77", "eve@x.edu")
    actives = [Active(number, (one,), {"steps.py": f"x = {number}"}) for number, one in enumerate(members)]
    intake = collect(write_gradescope(tmp_path, *actives))
    assert {one.student: one.files["steps.py"] for one in intake.submissions} == {
        "77_ada@x.edu": b"x = 0",
        "77_eve@x.edu": b"x = 1",
    }
    assert intake.left_out == ()


LIST = "submission_1:\n  :submitters: [{':sid': bob}]\n  :created_at: 2090-01-01 00:00:00 Z\n"
DISGUISES: dict[str, dict[str, str | bytes]] = {
    "Gradescope's export": {"submission_metadata.yml": LIST, "submission_1/steps.py": "eve"},
    "nbgrader's tree": {"submitted/bob/small/steps.py": "eve", "submitted/ada/small/steps.py": "eve"},
    "Moodle's download": {"bob_1_assignsubmission_file_/steps.py": "eve"},
    "a class": {"ada/steps.py": "eve", "bob/steps.py": "eve"},
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_students_folder_is_nobody_elses(tmp_path: Path, disguise: str, packed: bool) -> None:
    """`grade ID class/*`: what one student's zip or folder holds under another's name replaces nothing."""
    for name in ("ada", "bob"):
        write_bytes(tmp_path, {f"{name}/steps.py": name})
    if packed:
        write_bytes(tmp_path, {"eve.zip": zip_of(DISGUISES[disguise])})
    else:
        write_bytes(tmp_path, {f"eve/{name}": content for name, content in DISGUISES[disguise].items()})
    intake = collect_submissions(sorted(tmp_path.iterdir()), ["steps"], assignment="small")
    found = {one.student: one.files["steps.py"] for one in intake.submissions}
    assert (found["ada"], found["bob"]) == (b"ada", b"bob")
    assert any("what was named as theirs counts" in sentence for sentence in intake.left_out)


def test_groups_of_two_exports_are_not_one(tmp_path: Path) -> None:
    """A submission's number tells a group within its export alone."""
    for term, names in (("a", "xy"), ("b", "vw")):
        members = tuple(Member(name, name) for name in names)
        write_gradescope(tmp_path / term, Active(1, members, {"steps.py": term}))
    intake = collect_submissions([tmp_path / "a", tmp_path / "b"], ["steps"])
    assert {one.student: one.files["steps.py"] for one in intake.submissions} == {
        "v": b"b", "w": b"b", "x": b"a", "y": b"a",
    }  # fmt: skip
