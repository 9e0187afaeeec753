"""One test as pytest runs it: its fixtures, its body, its tear-down, a report of each.

pytest asks all of its plug-ins at every step, which takes longer than many tests do. Where nobody but pytest's own
plug-ins would answer, and these would have nothing to say, the steps are taken here without asking; whatever goes wrong
in one of them is reported as ever, and any other test is run by pytest itself. Most tests want no more than values:
parameters, and fixtures that return something and are done. Their fixtures are called here, and nothing is to be torn
down.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import pytest
from _pytest._code import ExceptionInfo
from _pytest.fixtures import FixtureDef
from _pytest.nodes import Node
from _pytest.outcomes import Exit
from _pytest.python import DirectParamFixtureDef
from _pytest.runner import CallInfo, runtestprotocol
from _pytest.scope import Scope

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
_FIXTURE_HOOKS: Final = ("pytest_fixture_setup", "pytest_fixture_post_finalizer")
_SILENT_ON_FIXTURES: Final = {"fixtures", "setuponly", "setupplan"}


@dataclass(frozen=True)
class _Value:
    """A value that a test or a fixture takes: a parameter of the test, or what a function returns."""

    name: str
    function: Callable[..., Any] | None
    takes: tuple[str, ...]


@dataclass(frozen=True)
class _Plain:
    """How a test is run that needs no plug-in.

    Attributes:
        passed: the reports of set-up, call and tear-down, should these pass.
        values: what its fixtures come to, in order; None where pytest is to set them up.
    """

    passed: tuple[pytest.TestReport, pytest.TestReport, pytest.TestReport]
    values: tuple[_Value, ...] | None


_PLAIN: Final = pytest.StashKey[_Plain]()


def find_plain(items: Iterable[pytest.Item], silent: Iterable[str] = ()) -> None:
    """Mark the tests that need no plug-in; `silent` names further ones that say nothing when a test passes."""
    known = _SILENT | set(silent)
    for item in items:
        marked = any(item.get_closest_marker(name) for name in ("skip", "skipif", "xfail"))
        if (
            type(item) is pytest.Function
            and known.issuperset(_answers(item, _HOOKS))
            and not marked
            and not _TELLING & set(item.fixturenames)
            and not _is_asynchronous(item.obj)
        ):
            item.stash[_PLAIN] = _Plain(
                (_passed(item, "setup"), _passed(item, "call"), _passed(item, "teardown")), _find_values(item)
            )


def _answers(item: pytest.Item, hooks: Iterable[str]) -> list[str]:
    """The plug-ins that answer one of the hooks."""
    return [one.plugin_name for hook in hooks for one in getattr(item.config.hook, hook).get_hookimpls()]


def _is_asynchronous(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def _passed(item: pytest.Item, when: Literal["setup", "call", "teardown"]) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, "passed", None, when)


def _find_values(item: pytest.Function) -> tuple[_Value, ...] | None:
    """What the test's fixtures come to, if each is a value and nothing is set up for a class, a module or a package."""
    idle = all(
        type(node).setup is Node.setup and type(node).teardown is Node.teardown for node in item.listchain()[:-1]
    )
    if item.cls is not None or not idle or not _SILENT_ON_FIXTURES.issuperset(_answers(item, _FIXTURE_HOOKS)):
        return None
    values: dict[str, _Value] = {}
    if not all(_add_value(item, name, values, ()) for name in item.fixturenames):
        return None
    return tuple(values.values())


def _add_value(item: pytest.Function, name: str, values: dict[str, _Value], within: tuple[str, ...]) -> bool:
    """Note how a fixture's value is found, after those that it takes; False where pytest has to do it."""
    if name in values:
        return True
    definitions = item._fixtureinfo.name2fixturedefs.get(name)
    if not definitions or name in within:  # looked up at run time, or one that takes what it overrides
        return False
    definition: FixtureDef[Any] = definitions[-1]
    if isinstance(definition, DirectParamFixtureDef):
        values[name] = _Value(name, None, ())
        return True
    function = definition.func
    if (
        definition._scope is not Scope.Function
        or definition.params is not None
        or not inspect.isfunction(function)
        or inspect.isgeneratorfunction(function)
        or _is_asynchronous(function)
        or not all(_add_value(item, taken, values, (*within, name)) for taken in definition.argnames)
    ):
        return False
    values[name] = _Value(name, function, tuple(definition.argnames))
    return True


def run_protocol(item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
    """The reports of set-up, call and tear-down; fixtures stay that `following` uses too."""
    plain = item.stash.get(_PLAIN, None)
    if plain is None or not isinstance(item, pytest.Function):
        return runtestprotocol(item, log=False, nextitem=following)
    state = item.session._setupstate
    set_up, call, tear_down = plain.passed
    values = plain.values
    if values is None and not item._request:
        item._initrequest()
    try:
        act = (lambda: state.setup(item)) if values is None else (lambda: _fill(item, values))
        reports = [_run_phase(item, set_up, act)]
        if reports[0].passed:
            reports.append(_run_phase(item, call, lambda: _call(item)))
        if item.session.shouldfail or item.session.shouldstop:
            following = None
        if values is None or state.stack:  # what tests before it have set up
            reports.append(_run_phase(item, tear_down, lambda: state.teardown_exact(following)))
        else:
            reports.append(tear_down)
    finally:
        # as pytest leaves it, so that the item can be run again
        item._request = False  # type: ignore[assignment]
        item.funcargs = None  # type: ignore[assignment]
    return reports


def _fill(item: pytest.Function, values: Iterable[_Value]) -> None:
    """Call the fixtures of a test whose fixtures are values."""
    __tracebackhide__ = True
    found: dict[str, Any] = {}
    for value in values:
        if value.function is None:
            found[value.name] = item.callspec.params[value.name]
        else:
            found[value.name] = value.function(**{name: found[name] for name in value.takes})
    item.funcargs = found


def _call(item: pytest.Function) -> None:
    __tracebackhide__ = True
    result = item.obj(**{name: item.funcargs[name] for name in item._fixtureinfo.argnames})
    if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
        pytest.fail(f"{item.nodeid} returned something to be awaited, which nobody does.", pytrace=False)


def _run_phase(item: pytest.Function, passed: pytest.TestReport, act: Callable[[], None]) -> pytest.TestReport:
    __tracebackhide__ = True
    try:
        act()
    except (Exit, KeyboardInterrupt):
        raise
    except BaseException:  # noqa: BLE001  as pytest: whatever it is, the test has failed by it
        call: CallInfo[None] = CallInfo(None, ExceptionInfo.from_current(), 0.0, 0.0, 0.0, passed.when, _ispytest=True)
        report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
        return report
    return passed
