"""A class of twenty notebooks through nbgrader's own commands, our grades, and formgrader in a browser.

One file, so that the class is made and graded once; what a test changes in the gradebook it takes back.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import find_chromium
from nbgrader.apps import NbGraderAPI
from nbgrader_course import (
    FORGERS,
    NBGRADER,
    ROSTER_ABSENT,
    STUDENTS,
    WRONG_FACTOR_SCORE,
    NbClass,
    make_class,
    read_page,
    read_rows,
    run_nbgrader,
)
from small_course import ID, MODULE, assert_one_sentence, read_json

from autograder.errors import GraderError, SpecError
from autograder.nbgrader.course import open_course
from autograder.nbgrader.results import read_results
from autograder.nbgrader.sync import sync_class

HOOK = 'c.Autograde.autograde_preprocessors = ["autograder.nbgrader.hook.GradeInSandbox"]\n'
CELLS = [
    "handout-1", "given-0", "public_tests", "double", "test_double_small", "hidden_double", "prompt_why", "written_why",
    "total", "test_total_small", "hidden_total", "countdown", "hidden_countdown", "widen", "hidden_widen",
]  # fmt: skip
GRADES = """
select s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade
from grade g join base_cell b on b.id = g.cell_id join submitted_notebook n on n.id = g.notebook_id
join submitted_assignment s on s.id = n.assignment_id
"""


@pytest.fixture(scope="module")
def nb_class(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> NbClass:
    """The class, released, handed in, collected, graded and synced."""
    made = make_class(tmp_path_factory.mktemp("nbgrader") / "course")
    graded = made.grade()
    assert graded.returncode == 0, graded.stderr
    synced = made.run_sync()
    assert (synced.returncode, synced.stderr) == (0, ""), synced.stderr
    said = (
        f"nbgrader's gradebook of {made.root} has the scores of {ID}: submissions 20, not graded 0, not handed in 2; "
    )
    assert synced.stdout == f"{said}grades that wait for a person 16\n"
    return made


def grades_of(course: NbClass, student: str) -> dict[str, tuple[float | None, float | None, bool]]:
    """Automatic score, manual score and whether a person is waited for, by the name of the cell."""
    rows = read_rows(course.database, f"{GRADES} where s.student_id = '{student}'")
    return {name: (auto, manual, bool(waits)) for _, name, auto, manual, waits in rows}


def ours(course: NbClass) -> dict[str, float]:
    """Students and scores of our grades.csv, of those who are graded."""
    with (course.out / "grades.csv").open(newline="") as file:
        return {row["student"]: float(row["score"]) for row in csv.DictReader(file) if row["score"]}


def snapshot(course: NbClass) -> tuple[str, dict[str, str]]:
    """The gradebook as SQL, and a digest of each file in `autograded/`."""
    with contextlib.closing(sqlite3.connect(course.database)) as connection:
        dump = "\n".join(connection.iterdump())
    folder = course.root / "autograded"
    files = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip
    return dump, files


@contextlib.contextmanager
def kept(course: NbClass) -> Iterator[None]:
    """What a test does to the gradebook, the notebooks, the results and what was handed in is taken back."""
    with contextlib.ExitStack() as stack:
        for name in ("gradebook.db", "autograded", "out", "submitted"):
            path, copy = course.root / name, course.root.with_name(f"kept-{name}")
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, copy)  # type: ignore[operator]
            stack.callback(_restore, copy, path)
        yield


def _restore(copy: Path, path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    copy.rename(path)


def outputs(page: Any, cell: str) -> str:
    """The text below a cell of a notebook that formgrader shows."""
    own = next(one for one in page["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == cell)
    assert [one["output_type"] for one in own["outputs"]] == ["stream"]
    return "".join(own["outputs"][0]["text"])  # nbformat may cut it into lines


def test_stub_is_what_nbgrader_wants(nb_class: NbClass) -> None:
    """The released notebook fails nbgrader's validation at tests and derivation; with right answers it passes."""
    released = nb_class.root / "release" / ID / f"{MODULE}.ipynb"
    assert "# YOUR CODE HERE" in released.read_text()
    source = nb_class.root / "source" / ID / f"{MODULE}.ipynb"
    assert "BEGIN SOLUTION" not in released.read_text()
    assert released.read_text().count('"grade": true') == source.read_text().count('"grade": true') == 8
    failed = nb_class.nbgrader("validate", str(released.relative_to(nb_class.root)))
    assert "VALIDATION FAILED ON 3 CELL(S)" in failed.stdout
    right = nb_class.root / "submitted" / "ada" / ID / f"{MODULE}.ipynb"
    passed = nb_class.nbgrader("validate", str(right.relative_to(nb_class.root)))
    assert "Success! Your notebook passes all the tests." in passed.stdout


def test_scores_are_ours(nb_class: NbClass) -> None:
    """Each student's automatic scores sum to the score of grades.csv, cell by cell to what the tests gave."""
    scores = ours(nb_class)
    assert set(scores) == set(STUDENTS)
    for student, score in scores.items():
        assert sum(auto or 0.0 for auto, _, _ in grades_of(nb_class, student).values()) == score, student
    bruno = {name: auto for name, (auto, _, _) in grades_of(nb_class, "bruno").items()}
    assert bruno == {
        "public_tests": 0, "test_double_small": 0, "hidden_double": 0, "written_why": None, "test_total_small": 1,
        "hidden_total": 5, "hidden_countdown": 5, "hidden_widen": 3,
    }  # fmt: skip


def test_forgers_gain_nothing(nb_class: NbClass) -> None:
    """A transformer, redefined names and what looks like a score leave a wrong factor's score as it is."""
    scores = ours(nb_class)
    assert {name: scores[name] for name in FORGERS} == dict.fromkeys(FORGERS, WRONG_FACTOR_SCORE)
    assert scores["bruno"] == WRONG_FACTOR_SCORE


def test_warnings_cost_nothing(nb_class: NbClass) -> None:
    """A right notebook that warns and writes to standard error has every point, with a transformer on top as well."""
    scores = ours(nb_class)
    assert (scores["ada"], scores["jules"], scores["sam"]) == (20, 20, 20)


def test_nbgrader_itself_is_forged(nb_class: NbClass, tmp_path: Path) -> None:
    """The attacks are real: nbgrader's own autograding gives forgers what is not theirs, and nothing to who warns."""
    course = copy_course(nb_class, tmp_path)
    for folder in (course / "submitted").iterdir():
        if folder.name not in ("kim", "lena", "jules"):
            shutil.rmtree(folder)
    run_nbgrader("autograde", ID, cwd=course)
    copied = NbClass(course, course / "out")
    scores = {name: grades_of(copied, name)["test_double_small"][0] for name in ("kim", "lena", "jules")}
    assert scores["kim"] == 2
    assert scores["lena"] == 2
    own = {name: grades_of(nb_class, name)["test_double_small"][0] for name in scores}
    assert own == {"kim": 0, "lena": 0, "jules": 2}


def copy_course(course: NbClass, folder: Path, config: str = "") -> Path:
    """The course as it was collected, with lines added to its configuration; nothing is graded in it."""
    copy = folder / "course"
    shutil.copytree(course.root, copy, ignore=shutil.ignore_patterns("autograded", "out", "feedback"))
    with (copy / "nbgrader_config.py").open("a") as file:
        file.write(config)
    return copy


def test_autograde_calls_us(nb_class: NbClass, tmp_path: Path) -> None:
    """With our preprocessor `nbgrader autograde` runs nothing of the student's, and has sync's scores and texts."""
    course = copy_course(nb_class, tmp_path, HOOK)
    hooked = NbClass(course, course / "results" / ID)
    stray = course / "submitted" / "kim" / ID / "page.html"
    stray.write_text("<script>alert(1)</script>")
    shutil.rmtree(course / "submitted" / "ada")
    done = run_nbgrader("autograde", ID, "--student=kim", cwd=course)
    assert "Autograding" in done.stderr
    assert {cell: auto for cell, (auto, _, _) in grades_of(hooked, "kim").items()} == {
        cell: auto for cell, (auto, _, _) in grades_of(nb_class, "kim").items()
    }
    assert outputs(read_page(hooked, "kim"), "hidden_widen") == outputs(read_page(nb_class, "kim"), "hidden_widen")
    assert not list((course / "autograded").rglob("*.html"))


def test_autograde_fails_closed(nb_class: NbClass, tmp_path: Path) -> None:
    """Where the grader cannot run, `nbgrader autograde` says so and no submission looks graded, however right it is."""
    course = copy_course(nb_class, tmp_path, HOOK + 'c.GradeInSandbox.sandbox = "nothing"\n')
    done = run_nbgrader("autograde", ID, "--student=gina", cwd=course, ok=False)
    assert done.returncode == 1
    assert "gina was not graded: " in done.stderr
    assert not (course / "autograded" / "gina" / ID).exists()


def test_feedback_stands_at_its_cell(nb_class: NbClass) -> None:
    """Below each test cell are the verdicts of its tests; of a hidden one no input and no answer."""
    page = read_page(nb_class, "bruno")
    public, hidden = outputs(page, "test_double_small"), outputs(page, "hidden_double")
    assert public.startswith("[failed, 0 of 2] The double of [1, 2] is [2, 4]\n    The result is not right.")
    assert "test_public.py:12: in test_double_small" in public
    assert hidden.count("[failed, 0 of 2] Random arrays are doubled (case ") == 2
    assert "Look at the factor." in hidden
    assert "secret_" not in json.dumps(page)
    assert outputs(page, "hidden_widen") == "[passed, 3 of 3] An array becomes a column\n"


def test_pages_show_what_was_handed_in(nb_class: NbClass) -> None:
    """A module that counts stands above the cells, a notebook that cannot be read leaves the assignment's own cells."""
    sources = [cell["source"] for cell in read_page(nb_class, "rosa")["cells"]]
    assert sources[1].startswith(f"# {MODULE}.py counts, not the cells below:\n\n")
    tom = read_page(nb_class, "tom")
    assert "cannot be read" in tom["cells"][0]["outputs"][0]["text"]
    assert grades_of(nb_class, "tom")["written_why"] == (None, None, True)
    for student in STUDENTS:  # whatever was deleted or renamed, each cell is there once
        cells = read_page(nb_class, student)["cells"]
        names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if cell["metadata"]]
        assert sorted(names) == sorted(CELLS), student


def test_second_sync_changes_nothing(nb_class: NbClass) -> None:
    """The gradebook and the notebooks are byte for byte what they were."""
    before = snapshot(nb_class)
    assert nb_class.run_sync().returncode == 0
    assert snapshot(nb_class) == before


def test_what_a_person_typed_stays(nb_class: NbClass) -> None:
    """Manual scores, extra credit and comments survive; totals are ours and theirs; a new answer is to be looked at."""
    with kept(nb_class):
        with contextlib.closing(sqlite3.connect(nb_class.database)) as connection:
            select = "select g.id from grade g join base_cell b on b.id = g.cell_id join submitted_notebook n on "
            select += "n.id = g.notebook_id join submitted_assignment s on s.id = n.assignment_id where "
            for student in ("ada", "bruno"):
                connection.execute(
                    "update grade set manual_score = 3.5, extra_credit = 1, needs_manual_grade = 0 "
                    f"where id = ({select} s.student_id = '{student}' and b.name = 'written_why')"
                )
            connection.execute(
                f"update grade set manual_score = 2, needs_manual_grade = 0 where id = ({select} s.student_id = "
                "'bruno' and b.name = 'hidden_double')"
            )
            connection.execute("update comment set manual_comment = 'Well derived.'")
            connection.commit()
        before = snapshot(nb_class)
        assert not nb_class.sync().ungraded
        assert snapshot(nb_class) == before
        nb_class.nbgrader("export", "--to", "theirs.csv")
        rows = read_export(nb_class.root / "theirs.csv")
        by_hand = {"ada": 4.5, "bruno": 6.5}
        assert {name: float(rows[name]["raw_score"]) for name in STUDENTS} == {
            name: score + by_hand.get(name, 0) for name, score in ours(nb_class).items()
        }
        path = nb_class.root / "submitted" / "ada" / ID / f"{MODULE}.ipynb"
        path.write_text(path.read_text().replace("Twice $x$ is", "Another answer:"))
        assert nb_class.grade().returncode == 0
        assert not nb_class.sync().ungraded
        assert grades_of(nb_class, "ada")["written_why"] == (None, 3.5, True)
        assert grades_of(nb_class, "bruno")["written_why"] == (None, 3.5, False)


def read_export(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a CSV of nbgrader's, by student."""
    return {row["student_id"]: row for row in csv.DictReader(path.read_text().splitlines())}


def test_ungraded_is_no_zero(nb_class: NbClass) -> None:
    """What has changed since it was graded is listed as one that needs autograding, and exported without a score."""
    with kept(nb_class):
        path = nb_class.root / "submitted" / "ada" / ID / f"{MODULE}.ipynb"
        path.write_text(path.read_text().replace("Twice", "Two times"))
        (nb_class.root / "submitted" / "bruno" / ID / "timestamp.txt").write_text("yesterday")
        synced = nb_class.run_sync()
        assert synced.returncode == 1
        ada, bruno = synced.stderr.splitlines()
        assert ada == (
            "autograder: ada has no score: What was handed in has changed since it was graded; grade it again."
        )
        assert bruno.startswith("autograder: bruno has no score: ")
        assert "timestamp.txt holds no time that nbgrader can read" in bruno
        assert not (nb_class.root / "autograded" / "ada" / ID).exists()
        assert all(auto is None and waits for auto, _, waits in grades_of(nb_class, "ada").values())
        (nb_class.root / "submitted" / "bruno" / ID / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC")
        listed = list_submissions(nb_class)
        assert (listed["ada"]["autograded"], listed["ada"]["score"], listed["ada"]["submitted"]) == (False, 0, True)
        assert listed["emil"]["autograded"]
        exporter = "--exporter=autograder.nbgrader.export.GradesExporter"
        nb_class.nbgrader("export", exporter, "--to", "own.csv", f"--assignment={ID}")
        rows = read_export(nb_class.root / "own.csv")
        assert (rows["ada"]["score"], rows["ada"]["status"]) == ("", "not graded")
        assert (rows["zoe"]["score"], rows["zoe"]["status"]) == ("0.0", "not submitted")
        assert (rows["emil"]["score"], rows["emil"]["status"]) == ("14.0", "needs grading")
        assert (rows["otto"]["score"], rows["otto"]["status"]) == ("0.0", "graded")


def test_deferred_waits(nb_class: NbClass) -> None:
    """The points of a test that is put off are neither given nor lost: its cell waits, and says why."""
    with kept(nb_class):
        path = nb_class.out / "details" / "ada.json"
        details = read_json(path)
        for test in details["tests"]:
            if test["expected"]["function"] in ("test_widen", "test_double_random"):
                is_first = test["expected"]["nodeid"].endswith("[3]")
                if not is_first:
                    test["result"] |= {"outcome": "deferred", "credit": 0.0}
                    test["score"] = 0.0
        path.write_text(json.dumps(details | {"score": 15.0}))
        assert not nb_class.sync().ungraded
        assert grades_of(nb_class, "ada")["hidden_widen"] == (None, None, True)
        assert grades_of(nb_class, "ada")["hidden_double"] == (2.0, None, True)
        text = outputs(read_page(nb_class, "ada"), "hidden_widen")
        assert text.startswith("[deferred, not counted yet] An array becomes a column\n    Put off: it is graded later")
        assert list_submissions(nb_class)["ada"]["needs_manual_grade"] is True


def test_void_test_leaves_the_total(nb_class: NbClass) -> None:
    """A test that a TA takes out of everyone's total is worth nothing at nbgrader either."""
    with kept(nb_class):
        header = "student,test,points,reason\n"
        overrides = nb_class.out / "overrides.csv"
        overrides.write_text(f"{header}*,test_widen,void-drop,It asked for more than the handout.\n")
        assert nb_class.grade().returncode == 0
        assert not nb_class.sync().ungraded
        listed = list_submissions(nb_class)["ada"]
        assert (listed["score"], listed["max_score"]) == (17, 22)


def list_submissions(course: NbClass) -> dict[str, dict[str, Any]]:
    """What formgrader's list of submissions is told, by student."""
    opened = open_course(course.root, None)
    listed = NbGraderAPI(coursedir=opened.directory, config=opened.config).get_submissions(ID)
    return {one["student"]: one for one in listed}


def test_wrong_uses_are_sentences(nb_class: NbClass, tmp_path: Path) -> None:
    """No results, another assignment at nbgrader, another worth of a cell, a gradebook that is none: one sentence."""
    said = assert_one_sentence(NbClass(nb_class.root, tmp_path).run_sync(), 2)
    assert said == f"{tmp_path} holds no results of grade; name the folder that was its --out."
    results = read_results(nb_class.out)
    with pytest.raises(SpecError, match=r"does not exist; copy the notebook of student_templates/ there, and run"):
        sync_class(results, open_course(tmp_path, None))
    with pytest.raises(GraderError, match=r"nbgrader's gradebook cannot be used \(OperationalError: unable to open"):
        sync_class(results, open_course(nb_class.root, "sqlite:////nowhere/gradebook.db"))
    source = nb_class.root / "source" / ID / f"{MODULE}.ipynb"
    before = source.read_text()
    try:
        source.write_text(before.replace('"points": 3', '"points": 4'))
        with pytest.raises(SpecError, match=r"the cell hidden_widen is worth 4 there, and its tests 3"):
            nb_class.sync()
    finally:
        source.write_text(before)


class _Markup(HTMLParser):
    """The tags of a page, with their attributes, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handlers(self) -> list[tuple[str, str | None]]:
        """What attributes run."""
        attributes = [item for _, attrs in self.tags for item in attrs.items()]
        return [(name, value) for name, value in attributes
                if name.startswith("on") or (value or "").strip().lower().startswith("javascript:")]  # fmt: skip

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script":
            self.scripts.append(data)


def assert_harmless(html: str, like: str) -> None:
    """A page has the scripts, and the elements that can act, of another page that is harmless."""
    page, plain = _Markup(), _Markup()
    page.feed(html)
    plain.feed(like)
    active = ("script", "iframe", "object", "embed", "form", "link", "meta", "base", "style", "svg")
    assert [tag for tag, _ in page.tags if tag in active] == [tag for tag, _ in plain.tags if tag in active]
    assert not any("forged" in script for script in page.scripts)
    assert page.handlers() == plain.handlers()
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert identifiers.count("written_why") <= 1


def test_feedback_goes_back_to_students(nb_class: NbClass) -> None:
    """Nbgrader makes and releases its feedback: our texts stand in it, and nothing of a student's as markup."""
    nb_class.nbgrader("generate_feedback", ID)
    nb_class.nbgrader("release_feedback", ID)
    pages = {path.parts[-3]: path.read_text() for path in (nb_class.root / "feedback").rglob("*.html")}
    assert set(pages) == set(STUDENTS)
    assert "Look at the factor." in pages["bruno"]
    assert "forged" in pages["nina"]
    assert_harmless(pages["nina"], pages["ada"])
    released = list(nb_class.root.with_name(f"{nb_class.root.name}-exchange").rglob("feedback/*.html"))
    assert len(released) == len(STUDENTS)


@dataclass(frozen=True)
class Server:
    """A Jupyter server with formgrader, on loopback, with a token."""

    url: str
    token: str

    def read(self, path: str) -> str:
        """A page's text."""
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())

    def submissions(self) -> dict[str, str]:
        """The number of each student's notebook in formgrader's addresses."""
        listed = json.loads(self.read(f"/formgrader/api/submitted_notebooks/{ID}/{MODULE}"))
        return {one["student"]: one["id"] for one in listed}


@pytest.fixture(scope="module")
def server(nb_class: NbClass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`jupyter server` in the course, as a TA starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home, token = tmp_path_factory.mktemp("home"), secrets.token_hex(16)
    environment = {**os.environ, "HOME": str(home), "PATH": f"{NBGRADER.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(NBGRADER.with_name("jupyter")), "server", "--no-browser", "--allow-root", "--ip=127.0.0.1",
               f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={nb_class.root.parent}"]  # fmt: skip
    log = home / "log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=nb_class.root, env=environment, stdout=file, stderr=file)
    made = Server(f"http://127.0.0.1:{port}", token)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                made.read("/api/status")
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield made
    finally:
        process.terminate()
        process.wait()


def test_formgrader_lists_everybody(nb_class: NbClass, server: Server) -> None:
    """Its lists have each student with their score, the roster's absent among the students."""
    submissions = {one["student"]: one for one in json.loads(server.read(f"/formgrader/api/submissions/{ID}"))}
    assert {name: one["score"] for name, one in submissions.items()} == ours(nb_class)
    students = {one["id"]: one for one in json.loads(server.read("/formgrader/api/students"))}
    assert set(students) == {*STUDENTS, *ROSTER_ABSENT}
    assert (students["yan"]["last_name"], students["yan"]["first_name"]) == ("Yan", "Xu")
    assert (students["zoe"]["last_name"], students["zoe"]["email"]) == ("Zander", "zoe@example.org")


def test_formgrader_pages_are_harmless(nb_class: NbClass, server: Server) -> None:
    """What a student printed, raised, wrote, attached or stored is text there, or a picture; never markup."""
    submissions = server.submissions()
    html = server.read(f"/formgrader/submissions/{submissions['nina']}/")
    assert "forged" in html
    assert "data:image/png;base64," in html
    assert_harmless(html, server.read(f"/formgrader/submissions/{submissions['ada']}/"))


def test_formgrader_in_chromium(nb_class: NbClass, server: Server) -> None:
    """A TA sees scores and feedback, types a grade and a comment; they survive a sync; no student's script runs."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    shots = Path(os.environ.get("AUTOGRADER_SCREENSHOTS", nb_class.root.parent))
    with kept(nb_class), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())  # MathJax; no network here
        page.goto(f"{server.url}/login?token={server.token}")
        page.goto(f"{server.url}/formgrader/manage_submissions/{ID}")
        row = page.locator("tr", has_text="bruno")
        row.wait_for()
        assert "14 / 25" in row.inner_text()
        assert page.locator("tbody tr").count() == len(STUDENTS)
        page.screenshot(path=shots / "submissions.png", full_page=True)
        submissions = server.submissions()
        address = f"{server.url}/formgrader/submissions/{submissions['bruno']}/"
        page.goto(address)
        assert page.get_by_text("Look at the factor.").count() == 1
        score, comment = page.locator("input#written_why"), page.locator("textarea#written_why-comment")
        page.wait_for_function("document.querySelector('input#hidden_widen').placeholder === '3'")
        with page.expect_response(re.compile("/formgrader/api/grade/")):
            score.fill("4.5")
            score.blur()
        with page.expect_response(re.compile("/formgrader/api/comment/")):
            comment.fill("Derived <b>well</b>.")
            comment.blur()
        assert grades_of(nb_class, "bruno")["written_why"] == (None, 4.5, False)
        assert not nb_class.sync().ungraded
        assert grades_of(nb_class, "bruno")["written_why"] == (None, 4.5, False)
        page.goto(address)
        page.wait_for_function("document.querySelector('input#written_why').value === '4.5'")
        page.wait_for_function("document.querySelector('textarea#written_why-comment').value !== ''")
        assert comment.input_value() == "Derived <b>well</b>."
        page.screenshot(path=shots / "submission.png", full_page=True)
        page.goto(f"{server.url}/formgrader/submissions/{submissions['nina']}/")
        page.wait_for_function("document.querySelector('input#hidden_widen').placeholder === '3'")
        assert page.title() == MODULE
        assert page.locator("img[src^='data:image/png']").count() == 1
        page.screenshot(path=shots / "scripted.png", full_page=True)
        browser.close()
