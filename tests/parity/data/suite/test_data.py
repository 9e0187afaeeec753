import math

import numpy as np
import pytest
from work import add_one, echo, make

VALUES = [
    None, True, 0, -(2**63), 2**64 - 1, 1.5, -0.0, math.inf, 1 + 2j, "text é", b"bytes\0", [], [1, [2.0, ("a", None)]],
    (1,), {"a": 1, 2: [3]}, {1, 2}, frozenset({"x"}), slice(1, None, 2), np.float32(1.5), np.int8(-3), np.bool_(True),
    np.dtype("float32"),
]
ARRAYS = [
    np.arange(6.0).reshape(2, 3), np.arange(6).reshape(2, 3).T, np.zeros((0, 3)), np.array(3.0), np.array([True, False]),
    np.array([1 + 1j]), np.arange(10)[::-2], np.array([1, 2], dtype=">i4"), np.full((300, 300), 2.0),
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_echo(value):
    back = echo(value)
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize("value", ARRAYS, ids=range(len(ARRAYS)))
def test_echo_array(value):
    back = echo(value)
    assert type(back) is np.ndarray
    assert back.shape == value.shape
    np.testing.assert_array_equal(back, value)


def test_nan():
    assert math.isnan(echo(math.nan))


def test_array_of_its_own():
    x = np.zeros(3)
    y = add_one(x)
    assert y.tolist() == [1, 1, 1]
    assert x.tolist() == [0, 0, 0]
    y[0] = 7
    assert y[0] == 7


def test_many_arguments():
    assert make(1, *[2, 3], c=4, **{"d": 5}) == [1, 2, 3, 4, 5]


def test_dictionary_keeps_its_order():
    assert list(echo({"b": 1, "a": 2})) == ["b", "a"]


def test_subclass_of_a_list_is_not_a_list():
    assert type(make(1, 2, 3, 4, 5)) is list
