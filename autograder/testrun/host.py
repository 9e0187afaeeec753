"""The suite's process: pytest, the plug-in, the suites and the reference, collected once; a fork for each submission.

Run by `host_process.py`, with REQUESTS_FD as its argument and a HostConfig, JSON, on standard input.

It tells the expected tests on REQUESTS_FD, then answers requests there: each is one byte, a socket and a file in
memory; a fork of this process reads a Job from that socket, runs its tests, and writes what they came to into the file,
a JSON line each. With GPUs a third descriptor comes along, the control socket of the fork server whose uses have them.
A request of another kind names modules to import first: what the reference's run was seen to import.
The student's code never runs here: only calls of it travel from here.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from autograder.at_fork import HeldHooks
from autograder.checks.probe import seed_everything
from autograder.errors import AutograderError, SpecError
from autograder.printable import clean_text
from autograder.proxy import handles, modules
from autograder.proxy.account import Names, SandboxLostError, TestUse
from autograder.proxy.client import Submission
from autograder.proxy.sockets import sandbox_channels
from autograder.spec import PUBLIC_PREFIX
from autograder.testrun import plugin
from autograder.testrun.events import Event, EventWriter
from autograder.testrun.host_process import tell
from autograder.testrun.imported import find_imported, has_threads, import_installed
from autograder.testrun.job import IMPORT, HostConfig, Job
from autograder.testrun.judgement import judge_test, sentence
from autograder.testrun.protocol import find_plain, run_protocol
from autograder.testrun.tracebacks import prepare_tracebacks
from autograder.verdict import ExpectedTest, Outcome, TestResult

with contextlib.suppress(ImportError):  # Windows has none; nothing is graded there
    import resource

TRUSTED_MEMORY_BYTES: Final = 3 << 29
_PRINTED_CHARS: Final = 4000
_PR_SET_PDEATHSIG: Final = 1
_IDLE_PLUGINS: Final = {
    "logging-plugin": {"caplog"},
    "capturemanager": {"capsys", "capfd", "capsysbinary", "capfdbinary", "capteesys"},
}
"""Plug-ins that work around each test, by the fixtures for which they are needed."""
_UNUSED: Final = (
    "unraisableexception",
    "threadexception",
    "faulthandler",
    "setuponly",
    "setupplan",
    "stepwise",
    "junitxml",
)
"""Plug-ins of which nothing is shown here."""


@functools.cache
def _load_libc() -> ctypes.CDLL:
    """The C library, once for all forks; when it is first called, for Windows imports this file and has none."""
    return ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Have this process killed when the one that made it ends."""
    _load_libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class SuiteHost:
    """A pytest plug-in whose run loop is a fork server."""

    def __init__(self, config: HostConfig, requests: socket.socket, names: Names, hooks: HeldHooks) -> None:
        self.config = config
        self.hooks = hooks
        self.names = names
        self.requests = requests
        self.problem = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember the first file that could not be collected."""
        if report.failed and not self.problem:
            why = last_line(report).rstrip(".")
            self.problem = f"{report.nodeid or self.config.tests} cannot be collected ({why}); mend the suite."

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Of a test that lost its sandbox nothing is told but that: no traceback is put together."""
        lost = call.excinfo is not None and isinstance(call.excinfo.value, SandboxLostError)
        if not lost or call.when == "collect":
            return None
        return pytest.TestReport(
            item.nodeid, item.location, {}, "failed", "the sandbox was lost", call.when, (), call.duration
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tell what was collected, then serve."""
        try:
            if self.problem:
                raise SpecError(self.problem)
            # public tests first: a message of theirs may show what the student's code says, and at that time
            # no input of a hidden test has been there
            items = sorted(session.items, key=lambda item: not item.path.name.startswith(PUBLIC_PREFIX))
            tests = plugin.list_tests(items, self.config.points)
        except SpecError as error:
            tell(self.requests, {"error": str(error)})
            return True
        _warm_up(session, self)
        self.settle()
        tell(self.requests, {"tests": [test.model_dump() for test in tests]})
        self.serve(items, tests)
        return True

    def settle(self) -> None:
        """Make this process ready to be forked, now that all is imported."""
        from autograder.sandbox import _pages  # here, for `check` imports this file where there are no such calls

        self.hooks.stop()
        gc.freeze()
        _pages.forget_lookups()
        _pages.fill_gaps()
        _pages.collapse()

    def import_ahead(self) -> None:
        """Read the modules that the reference's tests imported from the requests, and import them, for every fork.

        One that starts a thread, which no fork would have, ends this process: the driver then does without them.
        """
        size = int.from_bytes(self.requests.recv(4, socket.MSG_WAITALL), "big")
        modules = json.loads(self.requests.recv(size, socket.MSG_WAITALL))
        self.hooks.start()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # as in a fork: a module may run a program and look how it ended
        import_installed(modules)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if has_threads():
            os._exit(1)
        self.settle()

    def serve(self, items: list[pytest.Item], tests: list[ExpectedTest]) -> None:
        """Fork for each request until the driver is gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are reaped by the kernel; the driver holds their pidfd
        while True:
            data, descriptors, _, _ = socket.recv_fds(self.requests, 1, 3)
            if not data:
                return
            if data == IMPORT:
                self.import_ahead()
                continue
            channel = socket.socket(fileno=descriptors[0])
            control_fd = descriptors[2] if len(descriptors) > 2 else self.config.control_fd
            try:
                pid = os.fork()
            except OSError:
                channel.close()  # no process to be had now; the driver sees the channel end and asks again
                pid = -1
            if pid == 0:
                self.requests.close()
                writer = EventWriter(channel, descriptors[1])
                run_fork(
                    writer,
                    items,
                    tests,
                    self.config.model_copy(update={"control_fd": control_fd}),
                    self.names,
                    self.hooks,
                )
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            if pid < 0:
                continue
            # a fork that died at once leaves no pidfd; the driver sees the channel end
            with contextlib.suppress(OSError):
                pidfd = os.pidfd_open(pid)
                socket.send_fds(channel, [b"\n"], [pidfd], socket.MSG_NOSIGNAL)
                os.close(pidfd)
            channel.close()


def _warm_up(session: pytest.Session, host: SuiteHost) -> None:
    """Do once what every fork would do again.

    pytest's logging adds its handlers to every logger six times a test, and capturing swaps streams as often, which
    costs more than many tests; nothing of the student's is logged or printed in this process, and a suite that asks for
    `caplog` or `capsys` keeps them.
    """
    manager = session.config.pluginmanager
    used = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for plugin_name, fixtures in _IDLE_PLUGINS.items():
        idle = manager.get_plugin(plugin_name)
        if idle is not None and not used & fixtures:
            manager.unregister(idle)
    session.gethookproxy = functools.cache(session.gethookproxy)  # type: ignore[assignment, method-assign]
    seed_everything(0)  # numpy.random, which is imported when it is first used
    np.testing.assert_equal(0, 0)  # and this
    np.unique([0, 0])  # and numpy.ma, which it asks for
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)  # it writes down who called, from files that are read the first time
    prepare_tracebacks(session.items)
    find_plain(session.items, silent=[manager.get_name(host) or ""])
    for item in session.items:
        item.location  # noqa: B018  kept by pytest from here on


def run_fork(
    writer: EventWriter,
    items: list[pytest.Item],
    tests: list[ExpectedTest],
    config: HostConfig,
    names: Names,
    hooks: HeldHooks,
) -> None:
    """Run one job in this process and leave; never returns."""
    status = 1
    try:
        hooks.enter_child()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _end_with_parent()
        with open("/proc/self/statm") as file:  # noqa: PTH123
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + TRUSTED_MEMORY_BYTES,) * 2)
        with writer.channel.makefile("rb") as stream:
            job = Job.model_validate_json(stream.readline())
        run_job(job, items, tests, config, names, writer)
        status = 0
    finally:
        os._exit(status)


def run_job(
    job: Job, items: list[pytest.Item], tests: list[ExpectedTest], config: HostConfig, names: Names, writer: EventWriter
) -> None:
    """Run the job's tests in order; what one came to is told when the next one starts."""
    client = (job.server or config.server).client(config.control_fd, job.grant)
    submission = Submission(
        sandbox_channels(client), job.files, tuple(job.modules), job.limits, job.import_seed,
        names, cells=job.cells, forbidden=job.forbidden, refused=job.refused,
    )  # fmt: skip
    submission.gpus = job.grant.visible if job.grant is not None else ""
    handles.current = submission
    lost = job.lost
    before = set(sys.modules) if job.tells_imports else set()
    result = None
    for number, place in enumerate(job.places[job.first :], start=job.first):
        if job.whole is not None and lost and number >= job.whole:
            break
        writer.write(Event(result=result, start=number))
        following = items[job.places[number + 1]] if number + 1 < len(job.places) else None
        result = run_test(items[place], following, tests[place], submission, job)
        lost = lost or result.outcome is not Outcome.PASSED
        if job.whole is not None and result.outcome is Outcome.TIMEOUT:
            break
    writer.write(Event(result=result))
    submission.close()
    failure = submission.import_failure
    done = Event(
        done=True,
        peak_memory_mib=submission.peak_memory_mib,
        sandboxes=submission.sandboxes,
        import_failure=sentence(failure.sentence) if failure else "",
        passed_over=tuple(submission.notes()),
        imported=find_imported(before) if job.tells_imports else {},
    )
    writer.write(done)


def run_test(
    item: pytest.Item, following: pytest.Item | None, test: ExpectedTest, submission: Submission, job: Job
) -> TestResult:
    """One test of one submission."""
    seed = job.seeds[test.nodeid]
    use = TestUse(
        seed=int(seed[-8:], 16),
        cpu_limit_s=job.cpu_limits_s[test.nodeid],
        wall_limit_s=job.limits.wall_s,
        in_place=frozenset(test.in_place),
        allowed=None if job.allowed is None else frozenset(job.allowed[test.nodeid]),
    )
    plugin.set_seed(seed[:-8])
    plugin.set_device("cuda" if job.grant is not None else "cpu")
    seed_everything(int(seed[:8], 16))  # a suite's own np.random and torch.randn, by the part that stays here
    submission.begin_test(use)
    plugin.begin_subtests()
    reports = run_protocol(item, following)
    submission.end_test()
    subtests = plugin.take_subtests(job.subtests.get(test.nodeid, 0))
    printed = clean_text(submission.printed.decode("utf-8", "replace"), _PRINTED_CHARS)
    result = judge_test(test.nodeid, reports, item.stash.get(plugin.raised, None), use, subtests, printed, seed)
    if not test.gpus:
        return result
    return result.model_copy(update={"device": "cuda" if job.grant is not None else "cpu"})


def last_line(report: pytest.CollectReport) -> str:
    """What pytest's last lines say went wrong, in one, with the line of a file that does not parse."""
    text = report.longreprtext.strip().splitlines() or ["it says not why"]
    lines = [line.removeprefix("E").strip() for line in text if line.startswith("E ")]
    if not lines:
        return text[-1].strip()
    files = [line.rpartition(", ")[2] for line in lines if line.startswith("File ")]
    return f"{files[-1]}: {lines[-1]}" if files and "Error" in lines[-1] else lines[-1]


def pytest_arguments(suites: list[Path], folder: Path) -> list[str]:
    """How pytest is called, whatever the machine's configuration says; node ids are relative to `folder`."""
    return [
        *map(str, suites), "-c", str(Path(__file__).with_name("suite.ini")), "--rootdir", str(folder),
        "--confcutdir", str(folder), "--disable-plugin-autoload", "-p", "no:cacheprovider",
        "--capture=sys", "-vv", "--tb=short", "--show-capture=no", "--color=no",
    ]  # fmt: skip


def main(hooks: HeldHooks) -> None:
    """Import, collect, serve."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the driver, which ends this process in order
    config = HostConfig.model_validate_json(sys.stdin.read())
    try:
        if "torch" in config.packages:
            import torch

            torch.set_num_threads(1)
        reference = modules.ReferenceModules(config.reference, config.modules)
        names = Names(modules.install_proxies(reference), modules.argument_names, "torch" in config.packages)
        plugin.set_reference(reference.loaded)
    except AutograderError as error:
        tell(requests, {"error": str(error)})
        return
    arguments = pytest_arguments([config.tests], config.tests)
    arguments += ["--capture=no", *(f"-pno:{name}" for name in _UNUSED)]
    pytest.main(arguments, plugins=[plugin, SuiteHost(config, requests, names, hooks)])
