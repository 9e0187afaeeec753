"""Names that are read off a suite and a submission where no reference is."""

from __future__ import annotations

import pytest

from autograder.contract import Parameter, PublicNames
from autograder.guess import find_used_names, guess_names

SOURCE = b"""
import torch


def double(x, /, factor=2, *rest, exact, loud=False, **others): ...


def _private(): ...


def unused(): ...


class Empty(IndexError): ...


class Number:
    def __init__(self, value): ...
    def __mul__(self, other): ...
    __rmul__ = __mul__
    def half(self, times=1): ...


class Net(torch.nn.Module):
    def forward(self, x): ...


class Bigger(Number):
    def __len__(self): ...


class Words(list): ...
"""


@pytest.mark.parametrize(
    ("suite", "names"),
    [
        (b"from work import double, Net as N", {"double", "Net"}),
        (b"import work\nwork.double(1)\nwork._private", {"double"}),
        (b"def test():\n    import work as w\n    w.Net(w.SIZE)", {"Net", "SIZE"}),
        (b"from work import *", {"*"}),
        (b"from .work import x\nfrom other import y\nimport other\nother.z", set()),
        (b"def broken(:", set()),
    ],
)
def test_used_names(suite: bytes, names: set[str]) -> None:
    """Imports from the module and attributes of it count; other modules and private names do not."""
    assert find_used_names("work", suite) == names


def guess(suite: bytes, source: bytes = SOURCE) -> PublicNames:
    """The names of `work`."""
    return guess_names("work", [suite], source)


def test_signature_is_the_submissions_own() -> None:
    """Every kind of parameter, and which have defaults."""
    assert guess(b"from work import double").functions["double"] == (
        Parameter(name="x", kind="positional"),
        Parameter(name="factor", has_default=True),
        Parameter(name="rest", kind="arguments"),
        Parameter(name="exact", kind="keyword"),
        Parameter(name="loud", kind="keyword", has_default=True),
        Parameter(name="others", kind="keywords"),
    )


def test_classes_have_their_special_methods() -> None:
    """Defined, assigned, inherited in the file, from a builtin class and from torch's Module."""
    found = guess(b"from work import Number, Net, Bigger, Words, Empty").classes
    assert {"__mul__", "__rmul__"} <= set(found["Number"].special)
    assert {"__len__", "__mul__"} <= set(found["Bigger"].special)
    assert "__call__" in found["Net"].special
    assert {"__len__", "__iter__", "__getitem__"} <= set(found["Words"].special)
    assert "__call__" not in found["Number"].special
    assert found["Number"].methods["half"][1] == Parameter(name="times", has_default=True)
    assert [name for name, kind in found.items() if kind.is_exception] == ["Empty"]


def test_star_is_everything_public() -> None:
    """A star import takes what the submission defines at its top level, without private names."""
    found = guess(b"from work import *")
    assert found.names == {"double", "unused", "Empty", "Number", "Net", "Bigger", "Words"}


@pytest.mark.parametrize("source", [b"", b"def double(:", b"\0", b"(" * 5000])
def test_what_the_submission_lacks_goes_by_its_case(source: bytes) -> None:
    """Of a file that is empty or does not parse, a name's case says what it is; a constant is neither."""
    found = guess(b"from work import double, Net, WrongError\nimport work\nwork.SIZE", source)
    assert set(found.functions) == {"double"}
    assert set(found.classes) == {"Net", "WrongError"}
    assert found.classes["WrongError"].is_exception
