"""submission_metadata.json as it really is, and how late that makes a submission."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.gradescope.lateness import measure_lateness, say_duration
from autograder.gradescope.metadata import parse_metadata, read_metadata

# the shape of gradescope's own files: a null assignment_id, points as text, results that may be null
DOCUMENT: dict[str, Any] = {
    "id": 123456, "created_at": "2026-03-01T14:22:32.365935-08:00", "assignment_id": None,
    "submission_method": "upload",
    "users": [
        {"id": 1234, "email": "student@example.com", "name": "Student User", "sid": "0012345",
         "assignment": {"release_date": "2026-02-01T00:00:00.000000-08:00",
                        "due_date": "2026-03-03T23:59:00.000000-08:00", "late_due_date": None}},
    ],
    "assignment": {
        "id": 25828, "course_id": 367163, "title": "PS1", "release_date": "2026-02-01T00:00:00.000000-08:00",
        "due_date": "2026-03-01T23:59:00.000000-08:00", "late_due_date": "2026-03-08T23:59:00.000000-08:00",
        "total_points": "20.0", "group_submission": False, "group_size": None,
        "outline": [{"id": 1, "type": "ProgrammingQuestion", "title": "Autograder", "weight": "20.0", "content": []}],
    },
    "previous_submissions": [
        {"id": 123001, "submission_time": "2026-02-28T10:00:00.000000-08:00", "score": "7.5",
         "autograder_error": False, "results": None},
        {"id": 123002, "submission_time": "2026-02-28T11:00:00.000000-08:00", "score": None},
    ],
}  # fmt: skip


def changed(*path: object, to: Any = None) -> dict[str, Any]:
    """The document with one value put in another's place."""
    document = copy.deepcopy(DOCUMENT)
    *parents, last = path
    place: Any = document
    for part in parents:
        place = place[part]
    place[last] = to
    return document


def without(*path: object) -> dict[str, Any]:
    """The document without one key."""
    document = changed(*path)
    place: Any = document
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return document


def seconds(document: dict[str, Any]) -> int | None:
    """How late that is."""
    return measure_lateness(parse_metadata(document)).seconds


def test_on_time() -> None:
    """Before the student's own due date nobody is late, and no problem is found in a real document."""
    metadata = parse_metadata(DOCUMENT)
    lateness = measure_lateness(metadata)
    assert (lateness.seconds, metadata.problems, metadata.student) == (0, (), "0012345")
    assert lateness.describe() == "Handed in on time (due 2026-03-03 23:59-08:00)."
    assert lateness.as_data() == {
        "late_seconds": 0,
        "due_date": "2026-03-03T23:59:00-08:00",
        "late_due_date": "2026-03-08T23:59:00-08:00",
        "after_late_due_date": False,
    }


def test_late_by_the_submissions_own_time() -> None:
    """Seconds are those between the due date and created_at, rounded up, and said in words."""
    lateness = measure_lateness(parse_metadata(changed("created_at", to="2026-03-05T02:02:00.5-08:00")))
    assert lateness.seconds == 26 * 3600 + 3 * 60 + 1
    assert lateness.describe() == (
        "Handed in 1 day, 2 hours and 3 minutes late (due 2026-03-03 23:59-08:00); "
        "nothing is taken off the points here."
    )


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        ("2026-03-03T23:59:00.000000-08:00", 0),
        ("2026-03-03T23:59:00.000001-08:00", 1),
        ("2026-03-04T07:59:00Z", 0),
        ("2026-03-04T07:59:30+00:00", 30),
        ("2026-03-04T08:59:30+01:00", 30),
        ("2026-03-04T13:29:10.250000+05:30", 11),
        ("2026-03-03T20:59:01-11:00", 1),
    ],
)
def test_time_zones_are_compared(created_at: str, expected: int) -> None:
    """The same instant counts the same in every zone; the last microsecond in time is in time."""
    assert seconds(changed("created_at", to=created_at)) == expected


@pytest.mark.parametrize(
    "document",
    [
        without("users"),
        changed("users"),
        changed("users", to=[]),
        changed("users", to=["text", None]),
        changed("users", to={}),
        without("users", 0, "assignment"),
        changed("users", 0, "assignment"),
        changed("users", 0, "assignment", to=[]),
        changed("users", 0, "assignment", "due_date"),
        without("users", 0, "assignment", "due_date"),
    ],
)
def test_assignments_date_where_there_is_none_of_the_students(document: dict[str, Any]) -> None:
    """Without a date of the student's own, for whatever reason, the assignment's counts."""
    document["created_at"] = "2026-03-02T00:00:00-08:00"
    assert seconds(document) == 60


def test_group_has_the_latest_date() -> None:
    """An extension of one member is of use to all; a member without a date of their own has the assignment's."""
    later = copy.deepcopy(DOCUMENT["users"][0])
    later["assignment"]["due_date"] = "2026-03-05T23:59:00-08:00"
    document = changed("users", to=[{"id": 9, "name": "No dates"}, DOCUMENT["users"][0], later])
    document["created_at"] = "2026-03-06T00:00:00-08:00"
    lateness = measure_lateness(parse_metadata(document))
    assert lateness.seconds == 60
    assert lateness.due is not None
    assert lateness.due.day == 5


def test_after_the_late_due_date() -> None:
    """What comes after the late due date as well is said."""
    lateness = measure_lateness(parse_metadata(changed("created_at", to="2026-03-09T00:00:00-08:00")))
    assert lateness.after_late_due
    assert "and after the late due date" in lateness.describe()


def test_nothing_is_due() -> None:
    """Without any due date nothing is late, and nothing is said."""
    document = changed("users", to=[])
    document["assignment"] = {"title": "PS1", "due_date": None}
    lateness = measure_lateness(parse_metadata(document))
    assert (lateness.seconds, lateness.describe()) == (None, "")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (without("created_at"), "created_at is missing."),
        (changed("created_at"), "created_at is missing."),
        (changed("created_at", to=1772400000), "created_at is not a time ('1772400000')."),
        (changed("created_at", to="yesterday"), "created_at is not a time ('yesterday')."),
        (changed("created_at", to="2026-03-01T14:22:32"), "created_at has no time zone ('2026-03-01T14:22:32')."),
    ],
)
def test_unknown_time_is_said_and_not_guessed(document: dict[str, Any], problem: str) -> None:
    """A time that cannot be compared gives no lateness, one sentence for the staff and one for the student."""
    metadata = parse_metadata(document)
    lateness = measure_lateness(metadata)
    assert metadata.problems == (problem,)
    assert lateness.seconds is None
    assert lateness.describe() == "How late this is could not be told (due 2026-03-03 23:59-08:00)."


def test_bad_date_of_a_student_falls_back() -> None:
    """A due date that is no date is told to the staff, and the assignment's counts."""
    document = changed("users", 0, "assignment", "due_date", to="soon")
    metadata = parse_metadata(document)
    assert metadata.problems == ("due_date is not a time ('soon').",)
    assert measure_lateness(metadata).due == metadata.dates.due


@pytest.mark.parametrize(
    ("users", "student"),
    [
        ([{"sid": "0012345", "email": "a@b"}], "0012345"),
        ([{"sid": None, "email": "a@b", "name": "A B"}], "a@b"),
        ([{"sid": " ", "email": None, "name": "A B"}], "A B"),
        ([{}], "submission-123456"),
        ([], "submission-123456"),
    ],
)
def test_student_has_a_name(users: list[Any], student: str) -> None:
    """SID, else e-mail, else name, else the submission's number."""
    assert parse_metadata(changed("users", to=users)).student == student


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "cannot be read"),
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[1]", "holds no object"),
        (b"null", "holds no object"),
        (b"[" * 100_000, "is not JSON"),
        (b"{}", "created_at is missing"),
    ],
)
def test_any_file_is_tolerated(tmp_path: Path, data: bytes | None, problem: str) -> None:
    """Whatever the file holds, or where there is none, the rest goes on with one sentence."""
    path = tmp_path / "submission_metadata.json"
    if data is not None:
        path.write_bytes(data)
    metadata = read_metadata(path)
    assert len(metadata.problems) == 1
    assert problem in metadata.problems[0]
    assert measure_lateness(metadata).seconds is None


def test_real_file_is_read(tmp_path: Path) -> None:
    """A document goes through the disk as it is."""
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(DOCUMENT))
    assert read_metadata(path) == parse_metadata(DOCUMENT)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (3_600, "1 hour"),
        (90_061, "1 day, 1 hour and 1 minute"), (172_800, "2 days"), (7_320, "2 hours and 2 minutes"),
    ],
)  # fmt: skip
def test_duration_in_words(count: int, words: str) -> None:
    """Days, hours and minutes; seconds where it is less than a minute."""
    assert say_duration(count) == words
