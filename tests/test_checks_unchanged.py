"""Tests of autograder.checks.unchanged: every bit counts, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks import CheckFailure, unchanged
from autograder.errors import SpecError

DTYPES = hnp.scalar_dtypes()
VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=3) | hnp.arrays(DTYPES, hnp.array_shapes(max_side=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES)
def test_what_is_left_alone_passes(value: Any) -> None:
    """Anything that is only looked at passes, NaN included."""
    with unchanged(value):
        repr(value)


@given(hnp.arrays(DTYPES, hnp.array_shapes(max_side=3)), st.data())
def test_any_bit_counts(array: np.ndarray, data: st.DataObject) -> None:
    """One byte of an array's that is not what it was is found."""
    before = array.view(np.uint8) if array.ndim else array.reshape(1).view(np.uint8)
    place = data.draw(st.integers(0, before.size - 1)) if before.size else None
    if place is None:
        return
    with pytest.raises(CheckFailure), unchanged(array):
        before.flat[place] ^= 1


def set_entry(X: np.ndarray) -> None:  # noqa: N803 - as the lectures write it
    """Change an entry."""
    X[0] = 5.0


CHANGES: list[tuple[Any, Callable[[Any], Any]]] = [
    (np.zeros(3), set_entry),
    (np.zeros(3), lambda x: np.negative(x, out=x)),
    (np.full(3, np.nan), set_entry),
    ([1.0, 2.0], lambda x: x.append(3.0)),
    ([1.0, 2.0], lambda x: x.__setitem__(0, 1)),
    ([0.0], lambda x: x.__setitem__(0, -0.0)),
    ([np.zeros(2)], lambda x: x.__setitem__(0, np.zeros(3))),
    ([np.zeros(2)], lambda x: x.__setitem__(0, np.zeros(2, dtype=np.float32))),
    ([np.zeros(2)], lambda x: x.__setitem__(0, np.zeros(2, dtype=np.int64))),
    ([np.zeros(2)], lambda x: x.__setitem__(0, np.zeros((2, 1)))),
    ({"W": np.ones(2)}, lambda x: set_entry(x["W"])),
    ({"W": np.ones(2)}, lambda x: x.pop("W")),
    ({"W": 1.0}, lambda x: x.update(b=1.0)),
    ([[1.0], (np.ones(2),)], lambda x: set_entry(x[1][0])),
    ([1.0], lambda x: x.__setitem__(0, object())),
    ([1.0], lambda x: x.append(x)),
]


@pytest.mark.parametrize(("argument", "change"), CHANGES, ids=range(len(CHANGES)))
def test_changes_are_found(argument: Any, change: Callable[[Any], Any]) -> None:
    """A changed entry, length, dtype, key or sign of zero is a failure, at any depth."""
    with pytest.raises(CheckFailure) as caught, unchanged(1.0, argument, names=("w", "X")):
        change(argument)
    assert caught.value.finding.sentence() == "X was changed; a function must leave its arguments as they are."


def test_arguments_are_counted_where_they_have_no_name() -> None:
    """Without names the arguments are counted from one."""
    x, y = np.ones(2), np.ones(2)
    with pytest.raises(CheckFailure) as caught, unchanged(x, y):
        set_entry(y)
    assert caught.value.finding.subject == "argument 2"


def test_tensors_count() -> None:
    """A tensor that is changed in place is found, and one that is read is not."""
    torch = pytest.importorskip("torch")
    tensor = torch.ones(2, 3)
    with unchanged(tensor):
        tensor.sum()
    with pytest.raises(CheckFailure), unchanged(tensor):
        tensor.add_(1)


def test_an_exception_in_the_block_goes_its_way() -> None:
    """What the student's code raises is not hidden by what it changed before."""
    x = np.ones(2)

    def change_and_raise() -> None:
        set_entry(x)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), unchanged(x):
        change_and_raise()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [((object(),), ()), ((np.array([None]),), ()), ((1.0,), ("a", "b")), (([len],), ())],
    ids=["object", "object array", "names", "function"],
)
def test_what_cannot_be_compared_is_the_authors_error(arguments: tuple[Any, ...], names: tuple[str, ...]) -> None:
    """An argument without bits to compare is refused before the block runs."""
    with pytest.raises(SpecError), unchanged(*arguments, names=names):
        pytest.fail("the block ran")
