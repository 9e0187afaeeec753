"""Tests of autograder.proxy.inputs: a call's inputs as a TA reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from boundary import Student
from hypothesis import given
from hypothesis import strategies as st

from autograder.proxy.inputs import MAX_RECORD_CHARS, take_call, write_calls
from autograder.sandbox import Zygote


def written(value: Any) -> str:
    """One argument's text."""
    (call,) = write_calls([take_call("f", ["x"], (value,), {})])
    ((name, text),) = call.arguments
    assert name == "x"
    return text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([[1.5, 2.0], [3.0, np.nan]]), "array float64 (2, 2): 1.5, 2.0, 3.0, nan"),
        (np.arange(9, dtype=np.int32), "array int32 (9,): 0, 1, 2, 3, 4, 5, 6, 7, ..."),
        (np.array(2.5), "array float64 (): 2.5"),
        (np.zeros((0, 3)), "array float64 (0, 3): "),
        (np.float32(0.5), "float32 0.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (None, "None"),
        ("a\x1b[31m\n", r"'a\x1b[31m\n'"),
        ("x" * 200, "'" + "x" * 76 + "..."),
        ([1, [2, [3, [4]]]], "[1, [2, [... 2 in all]]]"),
        ((1, 2), "(1, 2)"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, ... 20 in all]"),
        ({"w": np.ones(2), "b": 1}, "{'w': array float64 (2,): 1.0, 1.0, 'b': 1}"),
        (np.random.default_rng(1), "a generator over PCG64"),
        (slice(1, 2), "<slice>"),
        (len, "<builtin_function_or_method len>"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)
def test_values_are_written(value: Any, text: str) -> None:
    """Type, shape, dtype and the first values, exactly; no control character."""
    assert written(value) == text


def test_tensors_are_written() -> None:
    """A tensor reads as an array does, whatever its strides and its gradient."""
    torch = pytest.importorskip("torch")
    value = torch.arange(12, dtype=torch.float64).reshape(3, 4).T.requires_grad_()
    assert written(value) == "tensor float64 (4, 3): 0.0, 4.0, 8.0, 1.0, 5.0, 9.0, 2.0, 6.0, ..."


def test_names_are_the_references() -> None:
    """Positional arguments have the reference's names as far as they go, keywords their own."""
    (call,) = write_calls([take_call("steps.f", ["w", "b"], (1, 2, 3), {"rng": None})])
    assert call.function == "steps.f"
    assert call.arguments == (("w", "1"), ("b", "2"), ("argument 3", "3"), ("rng", "None"))


def test_inputs_are_those_of_the_call() -> None:
    """What happens to an array after the call does not change what was taken."""
    x = np.ones(3)
    call = take_call("f", ["x"], (x,), {})
    x[:] = 7
    assert write_calls([call])[0].arguments == (("x", "array float64 (3,): 1.0, 1.0, 1.0"),)


VALUES = st.recursive(
    st.none() | st.floats() | st.text(max_size=300) | st.binary(max_size=300) | st.integers(-(2**63), 2**63),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=100), inner, max_size=12),
    max_leaves=30,
)


@given(st.lists(st.lists(VALUES, max_size=12), min_size=1, max_size=3))
def test_the_record_is_bounded(calls: list[list[Any]]) -> None:
    """However much a test passes, its record is a screen of printable text, and the last call is in it."""
    record = write_calls([take_call(f"f{place}", [], tuple(args), {}) for place, args in enumerate(calls)])
    texts = [text for call in record for pair in (*call.arguments, (call.function,)) for text in pair]
    assert sum(map(len, texts)) <= MAX_RECORD_CHARS
    assert all(char.isprintable() or char == "\t" for text in texts for char in text)
    assert record[-1].function == f"f{len(calls) - 1}"


def test_calls_are_taken_on_the_way(shared_sandbox: Zygote) -> None:
    """The account of a test has its last calls, and an object of the student's among them is not asked anything."""
    student = Student(shared_sandbox, "class C:\n    pass\ndef make():\n    return C()\ndef f(x, y=0):\n    return 1")
    try:
        with student.test() as use:
            thing = student.submission.call("work", "make", (), {})
            student.submission.call("work", "f", (thing,), {"y": np.ones(2)})
            asked = use.steps
            calls = write_calls(list(use.calls))
            assert use.steps == asked == 2
    finally:
        student.close()
    assert [call.function for call in calls] == ["work.make", "work.f"]
    assert calls[1].arguments == (("argument 1", "<the student's C>"), ("y", "array float64 (2,): 1.0, 1.0"))
