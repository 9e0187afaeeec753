"""contract.json: what it says of a reference, and that a module made from it is described by the same words."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from small_course import HIDDEN, PUBLIC, write_course, write_files

from autograder.contract import Contract, digest_suites, make_contract, read_contract
from autograder.errors import SpecError
from autograder.proxy.described import DescribedModules, describe_modules
from autograder.proxy.modules import NoReferenceError, ReferenceModules, public_names
from autograder.spec import load_assignment
from autograder.verdict import ExpectedTest, TestResult

REFERENCE = """
import math
import numpy as np
from pathlib import Path


def double(x, /, factor=2.0, *rest, exact, limit=math.inf, seen=(), **others): "Twice."


def _private(): ...


class Empty(IndexError): ...


class Number:
    def __init__(self, value, unit="m"): ...
    def __mul__(self, other): ...
    __rmul__ = __mul__
    def __len__(self): return 1
    def half(self, times=1): ...
    @staticmethod
    def zero(): ...
    @property
    def size(self): ...


class Words(list): ...
"""


@pytest.fixture
def reference(tmp_path: Path) -> ReferenceModules:
    """A reference of many kinds of names."""
    write_files(tmp_path, {"odd_names.py": REFERENCE})
    return ReferenceModules(tmp_path, ["odd_names"])


def test_module_made_from_a_description_is_described_alike(reference: ReferenceModules) -> None:
    """Public names, kinds, signatures and special methods stand through JSON and back."""
    described = describe_modules(reference)
    contract = Contract(assignment="odd", suite_digest="", modules=described)
    again = Contract.model_validate_json(contract.model_dump_json())
    assert again == contract
    made = DescribedModules(again.modules).loaded["odd_names"]
    original = reference.loaded["odd_names"]
    assert set(public_names(made)) == set(public_names(original)) == {"double", "Empty", "Number", "Words"}
    for function in ("double", "Number"):
        assert list(inspect.signature(getattr(made, function)).parameters) == list(
            inspect.signature(getattr(original, function)).parameters
        )
    assert list(inspect.signature(made.Number.half).parameters) == ["self", "times"]
    assert issubclass(made.Empty, Exception)
    assert set(described["odd_names"].classes["Number"].special) == {"__len__", "__mul__", "__rmul__"}
    assert {"__iter__", "__getitem__", "__len__"} <= set(vars(made.Words))
    with pytest.raises(NoReferenceError):
        made.double(1, exact=True)


def test_contract_tells_of_public_tests_alone(tmp_path: Path) -> None:
    """No hidden test is named in it, not even as a requirement of a public one."""
    assignment = load_assignment(write_course(tmp_path), "small_steps")
    tests = [
        ExpectedTest(nodeid="test_public.py::test_one", function="test_one", title="One", points=1, public=True),
        ExpectedTest(
            nodeid="test_public.py::test_two", function="test_two", title="Two", points=1, public=True,
            requires=("test_one", "test_secret"),
        ),
        ExpectedTest(nodeid="test_hidden.py::test_secret", function="test_secret", title="A secret", points=18),
    ]  # fmt: skip
    results = {test.nodeid: TestResult(nodeid=test.nodeid, asked=("f.call",), cpu_s=0.5) for test in tests}
    contract = make_contract(assignment, {}, tests, results)
    assert [test.expected.function for test in contract.tests] == ["test_one", "test_two"]
    assert contract.tests[1].expected.requires == ("test_one",)
    assert contract.tests[0].asked == ("f.call",)
    assert "secret" not in contract.model_dump_json()
    assert contract.suite_digest == digest_suites([assignment.tests / "test_public.py"])


def test_digest_does_not_see_line_ends(tmp_path: Path) -> None:
    """A handout that git or an editor gave Windows line ends is the same; another test is not."""
    folders = [write_files(tmp_path / name, {"test_public.py": PUBLIC}) for name in ("one", "two", "three")]
    (folders[1] / "test_public.py").write_bytes(PUBLIC.encode().replace(b"\n", b"\r\n"))
    (folders[2] / "test_public.py").write_text(HIDDEN)
    one, two, three = (digest_suites([folder / "test_public.py"]) for folder in folders)
    assert one == two != three


def test_damaged_contract_is_an_error_and_none_is_none(tmp_path: Path) -> None:
    """No contract.json is no contract; one that is not JSON, or of another version, is said."""
    assignment = load_assignment(write_course(tmp_path), "small_steps")
    assert read_contract(assignment) is None
    for text in ("{", "{}", '{"version": 9, "assignment": "x", "suite_digest": "", "modules": {}}'):
        (assignment.tests / "contract.json").write_text(text)
        with pytest.raises(SpecError, match=r"contract\.json cannot be read"):
            read_contract(assignment)
