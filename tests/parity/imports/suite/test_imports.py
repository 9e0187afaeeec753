import importlib
import inspect

import pytest
import work
import work as w
from work import *
from work import double
from work import double as twice

module = importlib.import_module("work")
skipped_unless_there = pytest.importorskip("work")


@pytest.mark.parametrize("function", [double, twice, work.double, w.double, module.double, skipped_unless_there.double])
def test_every_name_is_the_same_function(function):
    assert function(3) == 6


def test_star_import():
    assert triple(2) == 6
    assert Pair(1, 2).sum() == 3


def test_star_import_brings_no_module():
    assert "np" not in globals()
    assert "_hidden" not in globals()


def test_import_inside_a_test():
    from work import triple as local

    assert local(5) == 15


def test_constant_is_read_inside_a_test():
    assert work.RATE == 0.5


def test_names_that_are_there():
    assert hasattr(work, "double")
    assert not hasattr(work, "nowhere")


def test_signature_and_docstring():
    assert list(inspect.signature(double).parameters) == ["x"]
    assert double.__name__ == "double"


def test_keyword_argument():
    assert double(x=4) == 8
