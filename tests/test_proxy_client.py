"""The life of a submission behind the boundary: imported once, replaced when lost, within its limits."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from boundary import LIMITS, Student

from autograder.proxy.account import ArgumentChangedError, MissingNameError, SandboxLostError
from autograder.proxy.exceptions import student_error
from autograder.proxy.sockets import SocketChannel
from autograder.sandbox import Zygote, open_sandbox
from autograder.verdict import Outcome

Make = Callable[[str], Student]


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

    def make(source: str) -> Student:
        students.append(Student(zygote, source))
        return students[-1]

    yield make
    for student in students:
        student.close()


def test_module_is_imported_once(make: Make) -> None:
    """Calls of several tests meet the same module."""
    student = make("calls = []\ndef f():\n    calls.append(1)\n    return len(calls)")
    assert [student.call("f") for _ in range(3)] == [1, 2, 3]
    assert student.submission.sandboxes == 1


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("import os; os._exit(0)", Outcome.CRASHED),
        ("import os; os.kill(os.getpid(), 11); os.abort()", Outcome.CRASHED),
        ("while True: pass", Outcome.TIMEOUT),
        (
            "while True:\n        try:\n            pass\n        except BaseException:\n            pass",
            Outcome.TIMEOUT,
        ),
    ],
)
def test_lost_sandbox_costs_one_test(make: Make, body: str, outcome: Outcome) -> None:
    """What ends the sandbox ends that test, and the next one gets a fresh sandbox with the module imported."""
    student = make(f"def lose():\n    {body}\ndef f():\n    return 7")
    assert student.call("f") == 7
    with pytest.raises(SandboxLostError) as lost, student.test() as use:
        student.submission.call("work", "lose", (), {})
    assert lost.value.outcome is outcome
    assert use.lost is lost.value
    assert student.call("f") == 7
    assert student.submission.sandboxes == 2


def test_lost_sandbox_cannot_be_caught_by_a_test(make: Make) -> None:
    """`except Exception` and `pytest.raises(Exception)` in a test's body do not swallow it, nor a second call."""
    student = make("import os\ndef lose():\n    os._exit(0)\ndef f():\n    return 7")
    assert not issubclass(SandboxLostError, Exception)
    with student.test():
        with pytest.raises(SandboxLostError):
            student.submission.call("work", "lose", (), {})
        with pytest.raises(SandboxLostError):
            student.submission.call("work", "f", (), {})


def test_sleep_ends_at_the_wall_limit(zygote: Zygote) -> None:
    """A call that uses no CPU ends at the backstop."""
    student = Student(zygote, "import time\ndef f():\n    time.sleep(60)", LIMITS.model_copy(update={"wall_s": 0.3}))
    with pytest.raises(SandboxLostError) as lost:
        student.call("f")
    assert lost.value.outcome is Outcome.TIMEOUT
    student.close()


@pytest.mark.parametrize(
    ("source", "outcome", "words"),
    [
        ("def f(:", Outcome.MISSING, "SyntaxError"),
        ("import nowhere", Outcome.MISSING, "nowhere.*line 1"),
        ("raise RuntimeError('mine')", Outcome.MISSING, "mine"),
        ("import sys; sys.exit(3)", Outcome.CRASHED, "SystemExit"),
        ("import os; os._exit(3)", Outcome.CRASHED, "ended its own process"),
        ("while True: pass", Outcome.TIMEOUT, "CPU"),
        ("x = bytearray(4 << 30)", Outcome.MEMORY, "MemoryError"),
    ],
)
def test_failed_import_settles_the_submission_once(make: Make, source: str, outcome: Outcome, words: str) -> None:
    """Each test gets the same cause, and the import is not tried again."""
    student = make(source)
    causes = set()
    for _ in range(3):
        with pytest.raises(SandboxLostError, match=words) as lost:
            student.call("f")
        causes.add((lost.value.outcome, lost.value.sentence))
    assert {cause[0] for cause in causes} == {outcome}
    assert len(causes) == 1
    assert student.submission.sandboxes == 1


def test_missing_name_fails_the_tests_that_use_it(make: Make) -> None:
    """A name that is not there is told by name, and kept in the test's account whatever the body does."""
    student = make("def f():\n    return 1")
    with student.test() as use, pytest.raises(MissingNameError, match=r"work\.g"):
        student.submission.call("work", "g", (), {})
    assert use.missing == "work.g"
    assert student.call("f") == 1


def test_changed_argument_is_a_failure(make: Make) -> None:
    """An array that the call changed is told, in a list or dict too; the test's own is untouched."""
    student = make("def f(x, y=None):\n    x[0] = 5\n    return 1\ndef g(x, y):\n    y[0]['a'][0] = 1\n    return 1")
    mine = np.zeros(3)
    with student.test() as use, pytest.raises(ArgumentChangedError):
        student.submission.call("work", "f", (mine,), {})
    assert use.changed
    assert mine.tolist() == [0, 0, 0]
    with pytest.raises(ArgumentChangedError, match="y"):
        student.call("g", 1, y=[{"a": mine}])


def test_changed_list_is_neither_a_failure_nor_seen(make: Make) -> None:
    """A list or dict that the call changed stays as it was on this side, and costs nothing."""
    student = make("def f(x, y):\n    x.append(y.pop('a'))\n    return len(x)")
    mine, other = [1], {"a": np.zeros(2)}
    assert student.call("f", mine, other) == 2
    assert mine == [1]
    assert list(other) == ["a"]


@pytest.mark.parametrize(
    "value", [np.array([0.0, -0.0, np.nan]), [1, {"a": (2.0, None)}], {"a": 1}, {3, 1, 2}, slice(1, 2)]
)
def test_unchanged_argument_is_no_failure(make: Make, value: object) -> None:
    """NaN, negative zero and a set's order are not taken for a change."""
    student = make("def f(x):\n    return 1")
    assert student.call("f", value) == 1


@pytest.mark.parametrize(
    ("raising", "kind"),
    [
        ("ValueError('m')", ValueError),
        ("ZeroDivisionError('m')", ZeroDivisionError),
        ("np.linalg.LinAlgError('m')", np.linalg.LinAlgError),
        ("b'\\xff'.decode()", UnicodeDecodeError),
        ("SystemExit(0)", SystemExit),
        ("OSError('m')", OSError),
    ],
)
def test_builtin_exception_arrives_as_itself(make: Make, raising: str, kind: type[BaseException]) -> None:
    """A builtin exception is raised as exactly its class, and known to be the student's."""
    student = make(f"import numpy as np\ndef f():\n    raise {raising}")
    with pytest.raises(kind) as raised:
        student.call("f")
    assert type(raised.value) is kind
    described = student_error(raised.value)
    assert described is not None
    assert described.frame is not None
    assert (described.frame.file, described.frame.line) == ("work.py", 3)


def test_stop_iteration_of_a_call_ends_no_loop(make: Make) -> None:
    """StopIteration is one where an iteration is advanced, and RuntimeError anywhere else, as in a generator."""
    student = make("def f():\n    raise StopIteration(3)")
    with pytest.raises(RuntimeError) as raised:
        student.call("f")
    assert student_error(raised.value) is not None


def test_own_exception_is_of_its_base_alone(make: Make) -> None:
    """A class of the student's arrives as something derived from its builtin base; its name buys nothing."""
    student = make("class ValueError(TypeError): pass\ndef f():\n    raise ValueError('m')")
    with pytest.raises(TypeError) as raised:
        student.call("f")
    assert type(raised.value) is not TypeError
    assert not isinstance(raised.value, ValueError)


def test_hostile_exception_text_is_cleaned(make: Make) -> None:
    """A text that cannot be made, is huge, or has escapes in it arrives short and printable."""
    student = make(
        "class E(Exception):\n    def __str__(self):\n        raise E\n"
        "def f():\n    raise E\ndef g():\n    raise ValueError('\\x1b[2J' + 'x' * 10**6)"
    )
    with pytest.raises(Exception, match=r"^$"):
        student.call("f")
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the text is what is looked at
        student.call("g")
    assert len(str(raised.value)) <= 4000
    assert "\x1b" not in str(raised.value)


WIRE = """
import os, socket, struct, sys, time, threading
def wire():
    for name in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else range(3, 64):
        try:
            s = socket.socket(fileno=os.dup(int(name)))
            if s.family == socket.AF_UNIX:
                return s
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "body",
    [
        "wire().sendall(b'garbage' * 100)",
        "wire().sendall(struct.pack('<4sBBHI16sQ', b'AGW2', 16, 0, 0, 2**31, b'x' * 16, 2**60))",
        "wire().shutdown(socket.SHUT_RDWR)",
        "wire().sendall(b'AGW2')\n    time.sleep(0.1)\n    wire().sendall(b'\\x10')\n    time.sleep(60)",
    ],
    ids=["garbage", "lying length", "closed", "a frame that never ends"],
)
def test_garbage_on_the_wire_ends_that_sandbox(zygote: Zygote, body: str) -> None:
    """Bytes that are not an answer cost the test, with evidence, and nothing else."""
    limits = LIMITS.model_copy(update={"wall_s": 2.0})
    student = Student(zygote, f"{WIRE}\ndef f():\n    {body}\n    return 1\ndef g():\n    return 2", limits)
    with student.test() as use, pytest.raises(SandboxLostError):
        student.submission.call("work", "f", (), {})
    assert use.lost is not None
    assert use.evidence
    assert student.call("g") == 2
    student.close()


def test_second_reply_answers_no_later_call(make: Make) -> None:
    """A reply that is sent twice breaks the next call: its nonce is that of the last one."""
    student = make(f"""{WIRE}
import inspect
def f():
    frame = inspect.currentframe()
    while frame and "nonce" not in frame.f_locals:
        frame = frame.f_back
    nonce = bytes(frame.f_locals["nonce"])
    body = b"\\x83\\xa5value\\x01\\xa7changed\\x90\\xa8returned\\x90"
    forged = struct.pack("<4sBBHI16sQ", b"AGW2", 16, 0, 0, len(body), nonce, 0) + body
    wire().sendall(forged)
    return 0
def g():
    return 2
""")
    with student.test() as use:
        assert student.submission.call("work", "f", (), {}) == 1  # the forged answer is as good as its own
        with pytest.raises(SandboxLostError):
            student.submission.call("work", "g", (), {})
    assert use.lost is not None
    assert "another request" in use.evidence[0]


def test_output_is_kept_in_part_and_never_blocks(make: Make) -> None:
    """Megabytes of output do not stop the call; a bounded part of them is kept for the TA."""
    student = make("import sys\ndef f():\n    print('first')\n    print('x' * (20 << 20))\n    sys.stderr.write('e')")
    with student.test():
        student.submission.call("work", "f", (), {})
    printed = student.submission.printed
    assert printed.startswith(b"first\n")
    assert len(printed) <= LIMITS.output_kib << 10


def test_closed_output_does_not_disturb(make: Make) -> None:
    """A student who closes stdout and stderr is still served."""
    student = make("import os, sys\ndef f():\n    os.close(1); os.close(2)\ndef g():\n    print(1)\n    return 3")
    student.call("f")
    assert student.call("g") == 3


def test_closed_output_is_not_read_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever closes their streams and sleeps does not keep the grader busy with an end that it has seen."""
    student = make("import os, time\ndef f():\n    os.close(1)\n    os.close(2)\n    time.sleep(1)\n    return 1\n")
    looks, drain = [], SocketChannel.drain
    monkeypatch.setattr(SocketChannel, "drain", lambda channel: (looks.append(1), drain(channel)))
    assert student.call("f") == 1
    assert len(looks) < 10


def test_standard_input_is_empty(make: Make) -> None:
    """input() meets the end of the file, not a terminal."""
    student = make("def f():\n    return input()")
    with pytest.raises(EOFError):
        student.call("f")


def test_global_seeds_are_set_before_each_test(make: Make) -> None:
    """The global generators start from the test's seed, whatever ran before."""
    student = make("import random, numpy as np\ndef f():\n    return random.random(), float(np.random.rand())")
    drawn = []
    for seed in (1, 2, 1):
        with student.test(seed):
            drawn.append(student.submission.call("work", "f", (), {}))
    assert drawn[0] == drawn[2] != drawn[1]


def test_answer_beyond_the_size_limit_is_refused(zygote: Zygote) -> None:
    """An array larger than message_mib ends that sandbox."""
    limits = LIMITS.model_copy(update={"message_mib": 1})
    student = Student(zygote, "import numpy as np\ndef f(n):\n    return np.zeros(n)", limits)
    assert student.call("f", 1000).shape == (1000,)
    with pytest.raises(SandboxLostError):
        student.call("f", 1 << 18)
    student.close()


def test_cpu_time_is_charged_to_the_test_that_used_it(make: Make) -> None:
    """The import and an earlier test's work do not count; a call's own does."""
    burn = "import time\n    end = time.process_time() + 0.4\n    while time.process_time() < end: pass"
    student = make(f"if True:\n    {burn}\ndef f():\n    {burn}\ndef g():\n    pass")
    with student.test() as first:
        student.submission.call("work", "f", (), {})
    with student.test() as second:
        student.submission.call("work", "g", (), {})
    assert 0.35 <= first.cpu_s < 0.8
    assert second.cpu_s < 0.2


def test_display_packages_do_nothing(make: Make) -> None:
    """Plots, progress bars and Colab import and run without effect."""
    student = make("""
import matplotlib.pyplot as plt
from tqdm import tqdm
from tqdm.auto import trange
from IPython.display import display
from google.colab import drive
drive.mount("/content")
def f():
    fig, ax = plt.subplots()
    ax.plot([1]); plt.title("x"); plt.show(); display(fig)
    return sum(tqdm([1, 2])) + sum(trange(3))
""")
    assert student.call("f") == 6


def test_many_short_calls_are_within_the_limit_too(make: Make) -> None:
    """Calls too short to be looked at one by one are charged together."""
    student = make(
        "import time\ndef f():\n    end = time.process_time() + 0.02\n    while time.process_time() < end: pass"
    )
    with student.test() as use, pytest.raises(SandboxLostError):  # noqa: PT012  the loop is what ends
        for _ in range(200):
            student.submission.call("work", "f", (), {})
    assert use.lost is not None
    assert use.lost.outcome is Outcome.TIMEOUT
    assert use.cpu_s < LIMITS.cpu_s + 0.5


def test_lying_length_ends_in_time(make: Make) -> None:
    """A test that asks as often as a length says is not held up for ever."""
    student = make(
        "class L:\n    def __len__(self): return 2**62\n    def __getitem__(self, i): return i\ndef f(): return L()"
    )
    with student.test() as use:
        found = student.submission.call("work", "f", (), {})
        with pytest.raises(SandboxLostError):  # noqa: PT012  the loop is what ends
            for index in range(len(found)):
                found[index]
    assert use.lost is not None


def test_object_that_a_callback_gets_again_and_again(make: Make) -> None:
    """A handle that was let go of and came back is neither lost nor released twice."""
    student = make(
        "class M: pass\ndef f(g):\n    m = M()\n    for _ in range(3): g(m)\n    return m\ndef h(m):\n    return 1"
    )
    with student.test():
        kept = student.submission.call("work", "f", (lambda m: None,), {})
        for _ in range(3):
            assert student.submission.call("work", "h", (kept,), {}) == 1


def test_kill_from_outside_is_a_fault(make: Make) -> None:
    """SIGKILL that the student cannot send and we did not is the machine's, and no crash of theirs."""
    student = make("import time\ndef f():\n    time.sleep(30)\ndef g():\n    return 1")
    assert student.call("g") == 1
    process = student.submission.process
    assert process is not None
    killer = threading.Timer(0.3, os.kill, (process.pid, signal.SIGKILL))
    killer.start()
    with student.test() as use, pytest.raises(SandboxLostError):
        student.submission.call("work", "f", (), {})
    killer.join()
    assert use.lost is not None
    assert use.lost.outcome is Outcome.FAULT


def test_process_cannot_kill_itself_with_sigkill(make: Make) -> None:
    """So a student cannot make a fault of a crash."""
    student = make("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGKILL)\ndef g(): return 'still here'")
    with pytest.raises(PermissionError):
        student.call("f")
    assert student.call("g") == "still here"


def test_object_in_the_place_of_plain_data_answers_nothing(make: Make) -> None:
    """Where the reference's run of a test asked nothing of an object, nothing is asked of the submission's."""
    student = make("class A:\n    def allclose(self, other): return True\ndef f(): return A()")
    with student.test() as use:
        use.allowed = frozenset()
        found = student.submission.call("work", "f", (), {})
        with pytest.raises(TypeError, match="plain data was expected"):
            found.allclose(3.0)
    with student.test() as use:
        use.allowed = frozenset({".attribute.allclose", ".call"})
        assert student.submission.call("work", "f", (), {}).allclose(3.0) is True


def test_named_tuples_and_kinds_of_dict_are_plain_data(make: Make) -> None:
    """What a student returns for convenience in place of a tuple or a dict arrives as one."""
    student = make("""
import collections
import numpy as np
class Pair(collections.namedtuple("Pair", "W b")):
    def __iter__(self): return iter(())
    def __len__(self): return 7
def f(): return Pair(np.ones(2), 3.0)
def g():
    counts = collections.defaultdict(int); counts["a"] += 2
    return [counts, collections.Counter("aab")]
""")
    found = student.call("f")
    assert type(found) is tuple
    assert found[0].tolist() == [1, 1]
    assert found[1] == 3.0
    assert student.call("g") == [{"a": 2}, {"a": 2, "b": 1}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("while True: pass", "used more than .* CPU time"),
        ("while True: time.sleep(0.01)", "did not answer in time"),
    ],
    ids=["computes", "sleeps again and again"],
)
def test_wall_time_ends_only_what_is_idle(zygote: Zygote, body: str, words: str) -> None:
    """What computes is ended by its CPU limit, long after the wall limit; what sleeps by the wall limit."""
    limits = LIMITS.model_copy(update={"wall_s": 0.1})
    student = Student(zygote, f"import time\ndef f():\n    {body}", limits)
    with pytest.raises(SandboxLostError, match=words) as lost:
        student.call("f")
    assert lost.value.outcome is Outcome.TIMEOUT
    student.close()
