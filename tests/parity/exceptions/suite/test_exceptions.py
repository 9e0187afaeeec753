import numpy as np
import pytest
from work import NotReady, Refused, check, late, leave, refuse, solve


def test_builtin():
    with pytest.raises(ValueError, match="positive"):
        check(-1)


def test_subclass_is_caught_by_its_base():
    with pytest.raises(LookupError):
        check("k")
    with pytest.raises(Exception):
        check(-1)


def test_tuple_of_classes():
    with pytest.raises((TypeError, ValueError)):
        check(-1)


def test_try_except():
    try:
        check(-1)
    except ValueError as error:
        assert "positive" in str(error)
    else:
        pytest.fail("nothing was raised")


def test_no_exception():
    assert check(1) == 1


def test_numpy_exception():
    with pytest.raises(np.linalg.LinAlgError):
        solve(np.zeros((2, 2)), np.ones(2))


def test_own_exception():
    with pytest.raises(Refused, match="no"):
        refuse("plain")
    with pytest.raises(NotReady):
        refuse("late")


def test_own_exception_is_caught_by_its_own_base():
    with pytest.raises(Refused):
        refuse("late")
    with pytest.raises(RuntimeError):
        refuse("plain")


def test_own_exception_by_except():
    try:
        refuse("late")
    except NotReady:
        caught = True
    assert caught


def test_other_exception_is_not_caught():
    with pytest.raises(pytest.fail.Exception), pytest.raises(Refused):
        check(1)


def test_exception_from_an_iteration():
    steps = late()
    assert next(steps) == 1
    with pytest.raises(OverflowError):
        next(steps)


def test_exit():
    with pytest.raises(SystemExit):
        leave()


def test_unicode():
    with pytest.raises(UnicodeDecodeError):
        check(b"\xff")
