import numpy as np
import pytest
from work import apply_all, compose, descend, identity, safe, square, table


def test_function_of_the_test():
    x, steps = descend(lambda x: 2 * (x - 3), np.zeros(2), 0.25)
    assert np.allclose(x, 3)
    assert steps > 3


def test_calls_are_counted():
    seen = []
    descend(lambda x: seen.append(x.copy()) or x, np.ones(1), 0.5)
    assert len(seen) > 3
    assert seen[0].tolist() == [1.0]


def test_exception_of_the_test_passes_through():
    def explode(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        descend(explode, np.zeros(1), 0.1)


class Strange(Exception):
    pass


def test_own_exception_of_the_test_passes_through():
    def explode(x):
        raise Strange

    with pytest.raises(Strange):
        descend(explode, np.zeros(1), 0.1)


def test_exception_of_the_test_can_be_caught():
    def explode():
        raise ZeroDivisionError

    assert safe(explode) == "caught"


def test_function_of_the_students_as_argument():
    assert compose(square, square)(2) == 16


def test_function_that_comes_back():
    def mine():
        return 1

    assert identity(mine) is mine
    assert identity(square)(3) == 9


def test_functions_in_a_list():
    assert apply_all([abs, lambda x: x + 1], -2) == [2, -1]


def test_keyword_arguments():
    assert table(lambda *, row, column: row * column, 2, 2) == [[0, 0], [0, 1]]


def test_assertion_in_a_callback():
    def check(x):
        assert x.shape == (2,)
        return x

    descend(check, np.zeros(2), 0.5)
