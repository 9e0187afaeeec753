"""Tests of what autograder.proxy._student_side says of an exception: Python's own traceback, from the submission on."""

from __future__ import annotations

import importlib.util
import traceback
from pathlib import Path
from typing import Any

import pytest

from autograder.proxy import _student_side

SUBMISSION = """\
import numpy as np


def check(value):
    if value < 0:
        raise ValueError(f"{value} is negative")
    return value


def add(values):
    return sum([check(value) for value in values]) + check(values[0] - 1)


def recurse(depth):
    return recurse(depth - 1) if depth else check(-1)


def fork(depth):
    return check(-2) if depth == 0 else fork(depth - 1) + fork(
        depth - 1)


def noted():
    error = TypeError("of a kind")
    error.add_note("and a note")
    raise error


class Loud(Exception):
    def __str__(self):
        raise RuntimeError


def shout():
    raise Loud


def hide():
    raise ValueError(Loud())


def suggest():
    return check.nmae


class Odd(str):
    def __str__(self):
        return self

    def __format__(self, how):
        raise RuntimeError


def odd():
    raise ValueError(Odd("x"))


def empty():
    assert not check


def missing():
    return {}["key"]


def singular():
    return np.linalg.inv(np.zeros((2, 2)))


def several_lines():
    raise IndexError("one\\ntwo")


def none():
    raise RuntimeError(None)


def chain():
    try:
        check(-3)
    except ValueError as error:
        raise KeyError("after it") from error
"""
CALLS = {
    "values": ("add", [1, -2]),
    "values again": ("add", [1, -3]),
    "first": ("add", [0]),
    "deep": ("recurse", 2),
    "deeper": ("recurse", 5),
    "deepest": ("recurse", 30),
    "two ways": ("fork", 4),
    "note": ("noted",),
    "own class": ("shout",),
    "hostile text": ("hide",),
    "suggestion": ("suggest",),
    "chain": ("chain",),
    "no text": ("empty",),
    "a key": ("missing",),
    "NumPy's own": ("singular",),
    "lines": ("several_lines",),
    "None": ("none",),
}


HOSTILE = {"text that cannot be formatted": ("odd",)}
"""What Python itself cannot say either, or says by other means."""


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The submission, imported from a folder."""
    path = tmp_path_factory.mktemp("work") / "mine.py"
    path.write_text(SUBMISSION)
    spec = importlib.util.spec_from_file_location("mine", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_traceback_is_pythons(submission: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was raised, and however often from the same place, the words are Python's."""
    folder = Path(submission.__file__).parent
    monkeypatch.chdir(folder)
    server = _student_side.Server(None)
    for name, (function, *args) in [*CALLS.items(), *CALLS.items()]:
        with pytest.raises(Exception) as caught:  # noqa: PT011  each is of another kind
            getattr(submission, function)(*args)
        error = caught.value
        assert error.__traceback__ is not None
        kept = error.__traceback__.tb_next
        expected = traceback.format_exception(type(error), error, kept, limit=-12, chain=False)
        assert server.describe(error)["traceback"] == "".join(expected).replace(f"{folder}/", ""), name


def test_hostile_text_costs_no_answer(submission: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception whose text fights back is described all the same."""
    monkeypatch.chdir(Path(submission.__file__).parent)
    server = _student_side.Server(None)
    for name, (function, *args) in HOSTILE.items():
        with pytest.raises(Exception) as caught:  # noqa: PT011  each is of another kind
            getattr(submission, function)(*args)
        assert "ValueError" in server.describe(caught.value)["traceback"], name
