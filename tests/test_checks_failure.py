"""Tests of autograder.checks.failure: findings are bounded, typed and free of what they were made from."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.checks import CheckFailure, Finding
from autograder.checks.causes import CAUSES
from autograder.checks.failure import Entry, Problem, dtype_name, power_of_ten, shown_shape, type_name
from autograder.checks.notation import Reason

FINDINGS = st.builds(
    Finding,
    check=st.sampled_from(["close", "shape", "gradient", "raises", "unchanged", "symbolic"]),
    subject=st.text(min_size=1, max_size=80),
    problem=st.sampled_from(get_args(Problem)),
    got_shape=st.none() | st.lists(st.integers(0, 10**6), max_size=8).map(tuple),
    expected_shape=st.none() | st.lists(st.integers(0), max_size=8).map(tuple),
    got_dtype=st.sampled_from(["", "float64", "object"]),
    expected_dtype=st.sampled_from(["", "real", "number", "bool"]),
    got_type=st.sampled_from(["", "NoneType", "subclass", "list", "KeyError"]),
    expected_types=st.lists(st.sampled_from(["", "array", "ValueError"]), max_size=2).map(tuple),
    differing=st.integers(0, 10**9),
    total=st.integers(0, 10**9),
    error_power_of_ten=st.none() | st.integers(-16, 16),
    cause=st.sampled_from(["", *CAUSES]),
    reason=st.sampled_from(get_args(Reason)),
    position=st.none() | st.integers(1, 2_001),
    symbols=st.sampled_from([(), ("p", "x")]),
    first_wrong=st.sampled_from(["", "dl_dp"]),
)


@given(FINDINGS)
def test_every_finding_has_a_sentence_and_survives_json(finding: Finding) -> None:
    """Whatever the fields, there is one line to read, and the record that is read again is the same."""
    sentence = finding.sentence()
    assert sentence.endswith(".")
    assert CAUSES.get(finding.cause, "") in sentence
    assert finding.first_wrong in sentence
    assert "\n" not in sentence or "\n" in finding.subject
    assert Finding.model_validate_json(finding.model_dump_json()) == finding


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "X[0] = 0.3"},
        {"cause": "your X was 0.3"},
        {"got_type": "X was 0.3"},
        {"got_type": "a" * 41},
        {"got_type": "list\n"},
        {"got_dtype": "0.3"},
        {"expected_types": ("a b",)},
        {"got_shape": (10**6 + 1,)},
        {"got_shape": (1,) * 9},
        {"got_shape": (-1,)},
        {"error_power_of_ten": 17},
        {"error_power_of_ten": 0.3},
        {"position": 2_002},
        {"reason": "X was 0.3"},
        {"first_wrong": "X was 0.3"},
        {"differing": -1},
        {"problem": "other"},
        {"check": "other"},
        {"subject": "x" * 81},
        {"subject": ""},
    ],
    ids=str,
)
def test_findings_take_no_free_text(fields: dict[str, Any]) -> None:
    """A field that could carry an input or an answer is refused."""
    with pytest.raises(ValidationError):
        Finding(**({"check": "close", "problem": "values"} | fields))


def test_failures_cross_processes() -> None:
    """A pickled failure keeps its finding and its entries."""
    failure = CheckFailure(Finding(check="close", problem="values", differing=1, total=2), (Entry((0,), 1.5, 2.5),))
    again = pickle.loads(pickle.dumps(failure))
    assert (again.finding, again.entries, str(again)) == (failure.finding, failure.entries, str(failure))
    assert isinstance(again, AssertionError)


@pytest.mark.parametrize(
    ("got", "power"), [(1.1, -1), (2.0, 0), (1.04, -1), (1.02, -2), (-1e40, 16), (1 + 1e-14, -14), (np.inf, 16)]
)
def test_errors_are_powers_of_ten(got: float, power: int) -> None:
    """A relative error is rounded to a power of ten, to sixteen at most."""
    with np.errstate(invalid="ignore"):
        assert power_of_ten(np.array([got]), np.array([1.0]), 0.0) == power


def test_an_error_of_zero_is_measured_against_the_scale() -> None:
    """Where the answer is zero the scale counts, and beside infinities no power is given."""
    assert power_of_ten(np.array([0.1]), np.array([0.0]), 10.0) == -2
    with np.errstate(divide="ignore"):
        assert power_of_ten(np.array([0.1]), np.array([0.0]), 0.0) == 16
    assert power_of_ten(np.array([0.1]), np.array([np.inf]), 1.0) is None


def test_names_come_from_a_closed_list() -> None:
    """A type of the student's own has no name, whatever it is called, and a strange dtype has its kind's."""
    assert type_name(type("X_was_0_3", (), {})()) == ""
    assert type_name(type("list", (), {})()) == ""
    assert type_name(np.ones(2).view(type("X_was_0_3", (np.ndarray,), {}))) == "subclass"
    assert [type_name(value) for value in (None, 1, [], np.ones(2))] == ["NoneType", "int", "list", "ndarray"]
    assert dtype_name(np.dtype([("X_was_0_3", float)])) == "void"
    assert [dtype_name(np.dtype(name)) for name in (">f4", "U3", "O")] == ["float32", "str", "object"]


def test_absurd_shapes_are_not_shown() -> None:
    """A shape is a channel of 64 bits an axis, so one beyond any answer's is left out."""
    assert shown_shape((3, 10**6)) == (3, 10**6)
    assert shown_shape((0, 10**6 + 1)) is None
    assert shown_shape((1,) * 9) is None
