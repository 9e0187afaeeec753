"""One test as pytest runs it: its fixtures, its body, its tear-down, a report of each.

pytest asks all of its plug-ins at every step, which takes longer than many tests do. Where nobody but pytest's own
plug-ins would answer, and these would have nothing to say, the steps are taken here without asking; whatever goes wrong
in one of them is reported as ever, and any other test is run by pytest itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Final, Literal

import pytest
from _pytest._code import ExceptionInfo
from _pytest.outcomes import Exit
from _pytest.runner import CallInfo, runtestprotocol

_HOOKS: Final = (
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_pyfunc_call",
)
_SILENT: Final = {"python", "runner", "skipping", "tmpdir", "unittest", "autograder.testrun.plugin"}
"""Who says nothing when a plain test passes; tmpdir does of its own fixtures alone, skipping of its own marks."""
_TELLING: Final = {"tmp_path", "tmpdir", "request"}
"""Fixtures that want to know what a phase came to, or by which a mark can be added while the test runs."""
_PLAIN: Final = pytest.StashKey[bool]()


def find_plain(items: Iterable[pytest.Item], silent: Iterable[str] = ()) -> None:
    """Mark the tests that need no plug-in; `silent` names further ones that say nothing when a test passes."""
    known = _SILENT | set(silent)
    for item in items:
        answers = [one.plugin_name for hook in _HOOKS for one in getattr(item.config.hook, hook).get_hookimpls()]
        marked = any(item.get_closest_marker(name) for name in ("skip", "skipif", "xfail"))
        item.stash[_PLAIN] = (
            type(item) is pytest.Function
            and known.issuperset(answers)
            and not marked
            and not _TELLING & set(item.fixturenames)
            and not inspect.iscoroutinefunction(item.obj)
            and not inspect.isasyncgenfunction(item.obj)
        )


def run_protocol(item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
    """The reports of set-up, call and tear-down; fixtures stay that `following` uses too."""
    if not (isinstance(item, pytest.Function) and item.stash.get(_PLAIN, False)):
        return runtestprotocol(item, log=False, nextitem=following)
    state = item.session._setupstate
    if not item._request:
        item._initrequest()
    try:
        reports = [_run_phase(item, "setup", lambda: state.setup(item))]
        if reports[0].passed:
            reports.append(_run_phase(item, "call", lambda: _call(item)))
        if item.session.shouldfail or item.session.shouldstop:
            following = None
        reports.append(_run_phase(item, "teardown", lambda: state.teardown_exact(following)))
    finally:
        # as pytest leaves it, so that the item can be run again
        item._request = False  # type: ignore[assignment]
        item.funcargs = None  # type: ignore[assignment]
    return reports


def _call(item: pytest.Function) -> None:
    __tracebackhide__ = True
    result = item.obj(**{name: item.funcargs[name] for name in item._fixtureinfo.argnames})
    if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
        pytest.fail(f"{item.nodeid} returned something to be awaited, which nobody does.", pytrace=False)


def _run_phase(
    item: pytest.Function, when: Literal["setup", "call", "teardown"], act: Callable[[], None]
) -> pytest.TestReport:
    __tracebackhide__ = True
    try:
        act()
    except (Exit, KeyboardInterrupt):
        raise
    except BaseException:  # noqa: BLE001  as pytest: whatever it is, the test has failed by it
        call: CallInfo[None] = CallInfo(None, ExceptionInfo.from_current(), 0.0, 0.0, 0.0, when, _ispytest=True)
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
        return report
    return pytest.TestReport(item.nodeid, item.location, {}, "passed", None, when)
