"""The import of a submission, statement by statement: what fails is passed over and said, the rest is graded."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boundary import LIMITS, Student

from autograder.proxy.account import MissingNameError, SandboxLostError
from autograder.sandbox import Zygote, open_sandbox
from autograder.verdict import Outcome

Make = Callable[..., Student]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """The real backend, warm."""
    sandbox = open_sandbox("namespaces", ["numpy"])
    yield sandbox
    sandbox.close()


@pytest.fixture
def make(zygote: Zygote) -> Iterator[Make]:
    """Submissions by their source."""
    students: list[Student] = []

    def make(source: str, **others: Any) -> Student:
        students.append(Student(zygote, textwrap.dedent(source), **others))
        return students[-1]

    yield make
    for student in students:
        student.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("data = open('data.csv')", "FileNotFoundError"),
        ("name = input('who? ')", "EOFError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import no_such_package", "ModuleNotFoundError"),
        ("assert 1 == 2, 'my own check'", "AssertionError: my own check"),
        ("class Net(Missing):\n    pass", "Net with it: NameError"),
        ("print 'done'", "SyntaxError"),
        ("x = (1,", "SyntaxError"),
        ("return 3", "SyntaxError"),
        ("raise BaseException", "BaseException"),
        ("x = bytearray(4 << 30)", "MemoryError"),
        ("class E(Exception):\n    def __str__(self): raise self\nraise E", "passed over: E"),
        ("def doc():\n    '''Text.\n\n@param x: it\n    '''\ny = f(1)", "y with it: NameError"),
        ("x = 1\n\u00a0\n", "invalid non-printable character U+00A0"),
        (f"import sys; sys.setrecursionlimit(60)\ny = {'[' * 70}undefined{']' * 70}", "NameError"),
    ],
)
def test_statement_that_fails_is_passed_over(make: Make, statement: str, said: str) -> None:
    """The functions before and after it are there, and one sentence says its line and what was wrong."""
    student = make(f"def before():\n    return 1\n\n{statement}\n\ndef after():\n    return before() + 1\n")
    assert student.call("before") == 1
    assert student.call("after") == 2
    (note,) = student.submission.notes()
    assert said in note
    assert note.startswith("Line ")
    assert student.submission.sandboxes == 1


@pytest.mark.parametrize("statement", ["...", "1", "None", "('text')", "'text'", "pass", "import math", "# so"])
def test_nothing_but_imports_and_text_is_no_submission(make: Make, statement: str) -> None:
    """Where all that failed and what is left defines nothing, the import has failed, by the first failure."""
    student = make(f"import no_such_package\n{statement}\n")
    with pytest.raises(SandboxLostError, match="No module named"):
        student.call("f")


def test_docstring_is_the_first_text(make: Make) -> None:
    """A text further down is not taken for it."""
    assert make("'Doc'\nx = 1\n('later')\ndef doc(): return __doc__\n").call("doc") == "Doc"


def test_nothing_is_said_where_nothing_fails(make: Make) -> None:
    """Plots, prints of megabytes and a main guard are no failure, and leave no note."""
    student = make("""
        import matplotlib.pyplot as plt
        print("x" * (5 << 20))
        plt.plot([1]); plt.show()
        def f():
            return 1
        if __name__ == "__main__":
            raise RuntimeError
    """)
    assert student.call("f") == 1
    assert student.submission.notes() == []


def test_name_that_was_passed_over_is_missing_with_its_reason(make: Make) -> None:
    """A test that uses it learns the line and the kind of exception, not its text."""
    student = make("def f(x):\n    return 1\n\n@undefined\ndef g(x):\n    return 2\n")
    with student.test() as use, pytest.raises(MissingNameError, match=r"line 4 was passed over \(NameError\)\.$"):
        student.submission.call("work", "g", (1,), {})
    assert use.missing == "work.g"
    assert student.call("f", 1) == 1


def test_other_names_are_missing_without_a_reason(make: Make) -> None:
    """What was never written is not laid to a line that failed."""
    student = make("import nowhere\ndef f():\n    return 1\n")
    with pytest.raises(MissingNameError, match=r"work\.g is not defined in the submission\.$"):
        student.call("g")


def test_one_broken_function_costs_that_function(make: Make) -> None:
    """A file that does not parse keeps the functions that do."""
    student = make("def f():\n    return (1\n\ndef g():\n    return 2\n\nprint 'x'\n")
    assert student.call("g") == 2
    with pytest.raises(MissingNameError, match="SyntaxError"):
        student.call("f")


LONG = {
    "computes": "while True:\n    pass",
    "computes in an except": "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass",
    "waits": "import time\ntime.sleep(1000)",
}


@pytest.mark.parametrize("statement", LONG.values(), ids=LONG)
def test_statement_that_takes_too_long_is_interrupted(make: Make, statement: str) -> None:
    """It is said, the rest is graded, and a second import does not wait for it again."""
    student = make(f"import os\n{statement}\ndef f():\n    return 1\ndef lose():\n    os._exit(0)\n")
    assert student.call("f") == 1
    (note,) = student.submission.notes()
    assert "more than 0.8 s" in note
    with pytest.raises(SandboxLostError):
        student.call("lose")
    with student.test() as use:
        assert student.submission.call("work", "f", (), {}) == 1
    process = student.submission.process
    assert process is not None
    assert process.cpu_s() < 0.5
    assert use.wall_s < 0.8
    assert student.submission.sandboxes == 2


def test_many_that_take_too_long_stay_within_the_limit(make: Make) -> None:
    """Each may use half of what is left, so that together they never use up the import."""
    student = make("while True: pass\n" * 12 + "def f():\n    return 1\n")
    assert student.call("f") == 1
    assert len(student.submission.notes()) == 12


def test_statement_that_holds_out_is_ended_from_outside(make: Make) -> None:
    """Code that turns the interruption off uses up the import, which settles the submission."""
    student = make("""
        import signal
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        while True:
            pass
    """)
    with pytest.raises(SandboxLostError, match="CPU") as lost:
        student.call("f")
    assert lost.value.outcome is Outcome.TIMEOUT


def test_time_that_stood_still_is_not_waited(make: Make, zygote: Zygote) -> None:
    """A process that is stopped in the middle of its import, as a suspended job is, loses no statement to that."""
    student = make("import time\nprint('here', flush=True)\ntime.sleep(0.3)\nkept = 1\ndef f():\n    return kept\n")

    def stop_and_go_on() -> None:
        children = Path(f"/proc/{zygote.process.pid}/task/{zygote.process.pid}/children")
        while not children.read_text().split():
            time.sleep(0.01)
        (child,) = map(int, children.read_text().split())
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and "nanosleep" not in Path(f"/proc/{child}/wchan").read_text():
            time.sleep(0.01)
        os.kill(child, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(child, signal.SIGCONT)

    stopper = threading.Thread(target=stop_and_go_on)
    stopper.start()
    try:
        assert student.call("f") == 1
    finally:
        stopper.join()
    assert student.submission.notes() == []


def test_no_clock_ticks_after_the_import(make: Make) -> None:
    """A call is not interrupted, however long it takes; alarms are the student's again."""
    student = make(
        "import signal, time\ndef f():\n    end = time.process_time() + 0.4\n"
        "    while time.process_time() < end: pass\n"
        "    return signal.getitimer(signal.ITIMER_PROF)[0] + signal.getitimer(signal.ITIMER_REAL)[0]"
    )
    assert student.call("f") == 0


def test_helper_module_is_imported_as_tolerantly(make: Make) -> None:
    """A helper's own failure costs what failed in it, and is said with the file's name."""
    student = make(
        "from helper import one\nfrom kit.two import two\ndef f():\n    return one() + two()\n",
        helpers={
            "helper.py": "open('nowhere')\ndef one():\n    return 1\n",
            "kit/__init__.py": "", "kit/two.py": "def two():\n    return 2\nraise KeyError(3)\n",
        },
    )  # fmt: skip
    assert student.call("f") == 3
    notes = student.submission.notes()
    assert [note.partition(" was")[0] for note in notes] == ["Line 1 of helper.py", "Line 3 of kit/two.py"]


def test_python_is_as_it_is(make: Make) -> None:
    """Future imports, docstrings, decorators, globals, annotations and sys.argv are as in a plain import."""
    student = make('''
        """The module's words."""
        from __future__ import annotations
        import functools, sys
        "not its words"
        count: int = 0
        def counted(f):
            @functools.wraps(f)
            def call(*args):
                global count
                count += 1
                return f(*args)
            return call
        @counted
        def f(x: Undefined) -> Undefined:
            return [__doc__, count, f.__annotations__["x"], __name__, sys.argv, __file__.rpartition("/")[2]]
    ''')
    assert student.call("f", 1) == ["The module's words.", 1, "Undefined", "work", ["work.py"], "work.py"]


def test_cells_are_compiled_each_on_their_own(make: Make) -> None:
    """A cell that does not parse or fails loses itself alone; frames and sentences name cell and line."""
    cells = [("cell 1", 1, 2), ("cell 2", 3, 2), ("cell 3", 5, 3), ("cell 4", 8, 2)]
    source = "\n".join([
        "def f(x):", "    return 1 / x",
        "def g(:", "    pass",
        "", "y = 1", "y.append(2)",
        "def h():", "    return f(0)",
    ])  # fmt: skip
    student = make(source, cells={"work.py": cells})
    assert student.call("f", 2) == 0.5
    with pytest.raises(MissingNameError, match=r"cell 2, line 1 was passed over \(SyntaxError\)"):
        student.call("g")
    assert [note.partition(":")[0] for note in student.submission.notes()] == [
        "Cell 2, line 1 was passed over, and g with it", "Cell 3, line 3 was passed over",
    ]  # fmt: skip
    with pytest.raises(ZeroDivisionError) as raised:
        student.call("h")
    frame = raised.value._autograder_student_error.frame  # type: ignore[attr-defined]
    assert (frame.file, frame.line, frame.function) == ("cell 1", 2, "f")


def test_forbidden_package_is_refused_at_run_time(make: Make) -> None:
    """An import that no reader of the source can see is refused where it is made, and not where a library makes it."""
    student = make(
        "import xml.dom\ndef f():\n    return __import__('ht' + 'tp')\ndef g():\n    import cgi_free as c\n",
        forbidden=["http", "cgi_free"],
    )
    for name in ("f", "g"):
        with pytest.raises(ImportError, match="may not be used in this assignment"):
            student.call(name)
    assert student.submission.notes() == []


def test_forbidden_package_by_a_text(make: Make) -> None:
    """`exec` and `eval` make an import no other."""
    student = make(
        "def f():\n    exec('import ht' + 'tp.cookies')\ndef g():\n    return eval('__imp' + 'ort__')('http')\n",
        forbidden=["http"],
    )
    for name in ("f", "g"):
        with pytest.raises(ImportError, match="may not be used in this assignment"):
            student.call(name)


def test_forbidden_package_behind_a_file_of_its_name(make: Make) -> None:
    """A module of the submission's that bears a forbidden name is what is imported, wherever the search path leads."""
    source = (
        "import sys, os\n"
        "def f():\n    import cgi\n    return cgi.MINE\n"
        "def g():\n    sys.modules.pop('cgi', None)\n    sys.path.remove(os.getcwd())\n    return f()\n"
    )
    student = make(source, helpers={"cgi.py": "MINE = 1\n"}, forbidden=["cgi"])
    assert [student.call("f"), student.call("g")] == [1, 1]


def test_notes_are_few_and_short(make: Make) -> None:
    """Of a hundred failures twenty are said, those that cost a function first, none at length."""
    student = make("raise ValueError('x' * 10**6)\n" * 100 + "@nothing\ndef g(): pass\ndef f(): return 1\n")
    assert student.call("f") == 1
    notes = student.submission.notes()
    assert len(notes) == 21
    assert "and g with it" in notes[19]
    assert notes[20] == "81 more statements were passed over."
    assert max(map(len, notes)) < 400


LIE = """
import sys
def claim(value):
    frame = sys._getframe()
    while frame:
        for found in frame.f_locals.values():
            if type(found).__name__ == "Importer":
                found.passed_over = lambda: value
        frame = frame.f_back
claim(@)
def f():
    return 1
"""
ENTRY = {"file": "work.py", "first": 1, "line": 1, "kind": "raised", "type": "E", "text": "t", "names": ["g"]}
LIES = {
    "no list": 3,
    "too many": {"passed_over": [ENTRY] * 21, "more": 0},
    "another file": {"passed_over": [{**ENTRY, "file": "/etc/passwd"}], "more": 0},
    "a line that there is not": {"passed_over": [{**ENTRY, "first": 10**6}], "more": 0},
    "a name that is none": {"passed_over": [{**ENTRY, "names": [1]}], "more": 0},
    "negative": {"passed_over": [], "more": -1},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_malformed_claim_ends_the_submission(make: Make, lie: object) -> None:
    """What does not fit the form is garbage on the wire."""
    student = make(LIE.replace("@", repr(lie)))
    with pytest.raises(SandboxLostError, match="broke the connection") as lost:
        student.call("f")
    assert lost.value.outcome is Outcome.CRASHED


def test_false_claim_is_cleaned_and_gains_nothing(make: Make) -> None:
    """A claim of the right form is the student's own words, printable and short; no other name becomes defined."""
    entry = {**ENTRY, "type": "\x1b[2J" * 100, "text": "\x1b]0;x\x07\n" * 1000, "names": ["g\n" * 100] * 20}
    student = make(LIE.replace("@", repr({"passed_over": [entry], "more": 0})))
    assert student.call("f") == 1
    (note,) = student.submission.notes()
    assert note.isprintable()
    assert len(note) < 1000


def test_words_of_a_later_import_are_not_shown(make: Make) -> None:
    """What a second sandbox says of its import could hold the input of a hidden test."""
    student = make("""
        import os
        if os.path.exists("/submission/seen"):
            raise ValueError("second")
        raise ValueError("first")
        def f(x):
            os._exit(0)
    """)
    with pytest.raises(SandboxLostError):
        student.call("f", 1)
    with pytest.raises(SandboxLostError):
        student.call("f", 2)
    assert student.submission.sandboxes == 2
    assert len(student.submission.notes()) == 1
    assert "first" in student.submission.notes()[0]


def test_limits_are_those_of_the_assignment(zygote: Zygote) -> None:
    """What a statement may use grows with import_cpu_s."""
    limits = LIMITS.model_copy(update={"import_cpu_s": 6.0})
    burn = "import time\nend = time.process_time() + 1.2\nwhile time.process_time() < end: pass\ndef f(): return 1"
    student = Student(zygote, burn, limits)
    assert student.call("f") == 1
    assert student.submission.notes() == []
    student.close()
