"""`autograder template` as an author meets it."""

from __future__ import annotations

from pathlib import Path

from small_course import HIDDEN, ID, assert_one_sentence, run_autograder, write_course
from test_templates_notebook import MARKED


def test_template_is_made_checked_and_made_anew(tmp_path: Path) -> None:
    """It writes stub and notebook, says which, and --check tells a reference that has changed since."""
    course = write_course(tmp_path, reference=MARKED)
    done = run_autograder("template", ID, cwd=course)
    assert (done.returncode, done.stderr) == (0, "")
    places = [course / "student_templates" / ID / name for name in ("steps.py", "steps.ipynb")]
    assert done.stdout.splitlines() == [f"wrote {place}" for place in places]
    assert "raise NotImplementedError()" in places[0].read_text()
    assert '"hidden_double"' in places[1].read_text()
    assert run_autograder("template", ID, "--check", cwd=course).returncode == 0
    again = run_autograder("template", ID, "--course", course, cwd=tmp_path.parent)
    assert again.stdout.splitlines() == [f"kept {place}" for place in places]
    write_course(course, reference=MARKED.replace("def widen(x)", "def widen(x, times=1)"))
    said = assert_one_sentence(run_autograder("template", ID, "--check", cwd=course), 2)
    assert said == f"{places[0]} is not what {course / 'reference' / ID} gives; run autograder template {ID}."


def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path) -> None:
    """No marks, a suite that cannot be collected, points that do not sum, an unknown ID: exit code 2, nothing made."""
    course = write_course(tmp_path)
    assert "holds no # BEGIN SOLUTION" in assert_one_sentence(run_autograder("template", ID, cwd=course), 2)
    write_course(course, reference=MARKED, hidden=HIDDEN.replace("points(5)", "points(6)"))
    assert "points sum to" in assert_one_sentence(run_autograder("template", ID, cwd=course), 2)
    write_course(course, reference=MARKED, hidden="import nothing_of_this_name\n")
    assert "cannot be collected" in assert_one_sentence(run_autograder("template", ID, cwd=course), 2)
    assert "did you mean" in assert_one_sentence(run_autograder("template", "small_step", cwd=course), 2)
    assert not (course / "student_templates").exists()
