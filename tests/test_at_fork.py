"""Tests of autograder.at_fork: what modules want done around a fork, held back from a server's own forks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SERVER = """\
import os, sys, threading
from autograder.at_fork import HeldHooks

said = []
def fork(then=lambda: None):
    sys.stdout.flush()
    said.clear()
    pid = os.fork()
    if pid == 0:
        then()
        print(*said)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)

os.register_at_fork(after_in_child=lambda: said.append("early"))
hooks = HeldHooks()
os.register_at_fork(before=lambda: said.append("before"), after_in_child=lambda: said.append("late"))
"""


def run(tmp_path: Path, source: str) -> list[str]:
    """The lines that the forks of a server print."""
    path = tmp_path / "server.py"
    path.write_text(SERVER + source)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def test_server_forks_without_what_is_held(tmp_path: Path) -> None:
    """What was registered meanwhile is not called in the server's forks; what was there before is."""
    assert run(tmp_path, "hooks.stop()\nfork()\n") == ["early"]


def test_fork_of_a_fork_has_all_of_it(tmp_path: Path) -> None:
    """A child that forks in its turn does it as any process does."""
    source = "hooks.stop()\nfork(lambda: (hooks.release(), fork()))\n"
    assert run(tmp_path, source) == ["before early late", "before"]  # the grandchild says it, then the child


def test_child_that_may_not_fork_is_spared_it(tmp_path: Path) -> None:
    """Where the filter of system calls refuses forks, nothing is registered for them."""
    source = "hooks.stop()\nfork(lambda: (hooks.enter_child(may_fork=False), fork()))\n"
    assert run(tmp_path, source) == ["early", ""]  # the grandchild says it, then the child


def test_after_the_server_has_begun_modules_register_as_ever(tmp_path: Path) -> None:
    """Nothing is held after `stop`."""
    source = 'hooks.stop()\nos.register_at_fork(after_in_child=lambda: said.append("after"))\nfork()\n'
    assert run(tmp_path, source) == ["early after"]


def test_module_that_kept_the_function_registers_as_ever(tmp_path: Path) -> None:
    """`from os import register_at_fork`, done while hooks were held, is of use afterwards."""
    source = "kept = os.register_at_fork\nhooks.stop()\nkept(after_in_child=lambda: said.append('kept'))\nfork()\n"
    assert run(tmp_path, source) == ["early kept"]


def test_what_is_no_hook_is_refused_at_once(tmp_path: Path) -> None:
    """A wrong argument is an error where it is given, not in each child."""
    source = """\
for wrong in ({}, {"before": 1}, {"now": print}):
    try:
        os.register_at_fork(**wrong)
    except TypeError:
        print("refused")
hooks.stop()
"""
    assert run(tmp_path, source) == ["refused"] * 3


def test_server_with_threads_forks_as_ever(tmp_path: Path) -> None:
    """A second thread may hold a lock when this one forks: its module's call is needed then."""
    source = """\
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
hooks.stop()
fork()
end.set()
"""
    assert run(tmp_path, source) == ["before early late"]


@pytest.mark.parametrize("warm", ["numpy", "torch"])
def test_warm_process_draws_and_computes_after_such_a_fork(tmp_path: Path, warm: str) -> None:
    """Locks, threads, generators and torch's thread pool are fit for use in a child that skips the calls."""
    path = tmp_path / "server.py"
    path.write_text(f"""\
import os, sys
from autograder.at_fork import HeldHooks
hooks = HeldHooks()
import concurrent.futures, logging, random, tempfile, threading
import numpy, {warm}
if "torch" in sys.modules:
    sys.modules["torch"].set_num_threads(1)
hooks.stop()
pid = os.fork()
if pid == 0:
    hooks.release()
    logging.getLogger("x").warning("logged")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]
    assert threading.current_thread() is threading.main_thread()
    assert threading.active_count() == 1
    assert tempfile.mkdtemp(dir={str(tmp_path)!r})
    assert 0 <= random.random() < 1
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        assert torch.get_num_threads() == 1
        x = torch.ones(300, 300, requires_grad=True)
        (x @ x).sum().backward()
        assert x.grad is not None
    assert (numpy.ones((300, 300)) @ numpy.ones((300, 300)))[0, 0] == 300
    os._exit(42)
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
""")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "42\n", done.stderr
    assert "logged" in done.stderr


def test_more_is_held_after_another_start(tmp_path: Path) -> None:
    """What a server imports later is held as what it imported first."""
    source = (
        'hooks.stop()\nhooks.start()\nos.register_at_fork(after_in_child=lambda: said.append("more"))\nhooks.stop()\n'
    )
    assert run(tmp_path, f"{source}fork()\nfork(lambda: (hooks.release(), fork()))\n") == [
        "early", "before early late more", "before",
    ]  # fmt: skip
