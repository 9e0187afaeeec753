"""A submission behind pipes, without a sandbox: what a call means, and what ends a process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from boundary import LIMITS, Student
from small_course import alive

from autograder.errors import GraderError
from autograder.proxy import pipes
from autograder.proxy.account import ArgumentChangedError, SandboxLostError
from autograder.proxy.pipes import PipeProcess, pipe_channels
from autograder.proxy.usage import Usage
from autograder.verdict import Outcome

Make = Callable[..., Student]


@pytest.fixture
def make() -> Iterator[Make]:
    """Submissions by their source."""
    students: list[Student] = []

    def make(source: str, **limits: float) -> Student:
        students.append(Student(pipe_channels(["numpy"]), source, LIMITS.model_copy(update=limits)))
        return students[-1]

    yield make
    for student in students:
        student.close()


@pytest.mark.parametrize("size", [0, 1, 1000, 3_000_000])
def test_arrays_of_any_size_cross_both_ways(make: Make, size: int) -> None:
    """An array of nothing, of a few bytes and of many pipes' worth comes back doubled, and the test's own stays."""
    student = make("def f(x):\n    return x * 2, x[:1]")
    x = np.arange(size, dtype=np.float64)
    doubled, first = student.call("f", x)
    assert np.array_equal(doubled, np.arange(size) * 2.0)
    assert np.array_equal(first, x[:1])


@pytest.mark.parametrize("optimises", [True, False])
def test_first_optimiser_is_not_the_students(optimises: bool) -> None:
    """What torch imports with its first optimiser is there before the submission, where one will be made."""
    source = "import sys\n\ndef is_there():\n    return 'torch._dynamo' in sys.modules\n"
    student = Student(pipe_channels(["torch"], optimises=optimises), source, LIMITS)
    try:
        assert student.call("is_there") is optimises
    finally:
        student.close()


def test_changed_argument_is_a_failure(make: Make) -> None:
    """A large argument that the call changes is told, and the test's own is as before."""
    student = make("def f(x):\n    x[0] = 9")
    x = np.zeros(200_000)
    with pytest.raises(ArgumentChangedError):
        student.call("f", x)
    assert x[0] == 0


def test_callback_is_called(make: Make) -> None:
    """A function of the test's is called from the student's code, with arrays there and back."""
    student = make("def f(g, x):\n    return g(x) + 1")
    assert np.array_equal(student.call("f", lambda x: x * 10, np.ones(50_000)), np.full(50_000, 11.0))


def test_output_is_kept_to_its_limit(make: Make) -> None:
    """What is printed through Python, and past it, is there when the test ends; megabytes more are thrown away."""
    student = make("import os\ndef f():\n    print('one')\n    os.write(1, b'two')\n    os.system('echo three')")
    student.call("f")
    assert student.submission.printed == b"one\ntwothree\n" or student.submission.printed == b"twothree\none\n"
    loud = make("def f(n):\n    print('x' * n)")
    loud.call("f", 5_000_000)
    assert len(loud.submission.printed) == LIMITS.output_kib << 10


def test_standard_streams_are_not_the_wire(make: Make) -> None:
    """Code that reads or closes descriptors 0 and 1 cannot break the wire by it."""
    student = make("import os\ndef f():\n    os.close(0), os.close(1)\n    return 7\ndef g():\n    return 8")
    assert student.call("f") == 7
    assert student.call("g") == 8


def test_memory_hog_runs_out_of_memory(make: Make) -> None:
    """An array beyond the limit raises MemoryError, as in the sandbox."""
    student = make("import numpy as np\ndef f():\n    return np.ones(600 << 17).sum()")
    with pytest.raises(MemoryError):
        student.call("f")


def test_memory_is_watched_where_the_system_has_no_limit(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process could not limit itself, it is ended once it holds too much: memory, not a crash."""
    student = make("import time\ndef f():\n    time.sleep(5)\ndef g():\n    return 3")
    assert student.call("g") == 3
    monkeypatch.setattr(pipes, "read_usage", lambda process: Usage(0.0, 5000.0))
    with student.test() as use, pytest.raises(SandboxLostError):
        student.submission.call("work", "f", (), {})
    assert use.lost is not None
    assert (use.lost.outcome, use.lost.sentence) == (Outcome.MEMORY, "your code used more than 512 MiB of memory.")


def test_wall_time_decides_where_cpu_time_is_not_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that does not tell CPU time, an endless loop ends by the wall clock, and the next test runs."""
    monkeypatch.setattr(pipes, "read_usage", lambda process: None)
    student = make("def f():\n    while True: pass\ndef g():\n    return 3", wall_s=1.0)
    with student.test() as use, pytest.raises(SandboxLostError):
        student.submission.call("work", "f", (), {})
    assert use.lost is not None
    assert (use.lost.outcome, use.lost.sentence) == (Outcome.TIMEOUT, "your code did not answer in time.")
    assert student.call("g") == 3


def test_request_that_is_not_read_times_out(make: Make) -> None:
    """A process that reads no more of a large request is ended by the wall clock, too."""
    source = "import os, threading, time\ndef f():\n    threading.Timer(0.1, stop).start()\ndef stop():\n"
    source += "    import ctypes\n    ctypes.PyDLL(None).usleep(60_000_000)  # and keeps the interpreter's lock"
    student = make(source, wall_s=1.0)
    student.call("f")
    time.sleep(0.3)
    with pytest.raises(SandboxLostError, match="did not answer in time"):
        student.call("f", np.zeros(1_000_000))


def test_processes_of_the_students_end_with_it(make: Make) -> None:
    """What the student's code started is gone when its process is ended."""
    student = make("import subprocess\ndef f():\n    return subprocess.Popen(['sleep', '1000']).pid")
    pid = student.call("f")
    assert alive([pid])
    student.close()
    deadline = time.monotonic() + 10
    while alive([pid]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_package_that_is_missing_is_said() -> None:
    """A package of the assignment's that does not import is the machine's fault, with its name."""
    with pytest.raises(GraderError, match=r"could not be started for your code: .*no_such_package"):
        PipeProcess(["no_such_package"], LIMITS)


def test_variables_that_configure_python_do_not_reach_it(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONOPTIMIZE would switch the student's assertions off; the hash seed is that of the sandbox."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    student = make("import os, sys\ndef f():\n    return sys.flags.optimize, os.environ['PYTHONHASHSEED']")
    assert student.call("f") == (0, "0")
