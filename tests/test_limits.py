"""Tests of autograder.limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.limits import Limits

SECONDS = st.floats(min_value=0, max_value=1000, allow_nan=False)


@given(floor_s=st.floats(0.01, 3600), multiple=st.floats(1, 1000), reference_s=SECONDS)
def test_cpu_limit_is_a_floor_or_a_multiple(floor_s: float, multiple: float, reference_s: float) -> None:
    """A test may use the larger of the floor and a multiple of what the reference used."""
    limits = Limits(cpu_s=floor_s, cpu_multiple=multiple)
    allowed_s = limits.test_cpu_s(reference_s)
    assert allowed_s >= floor_s
    assert allowed_s >= reference_s, "a submission as fast as the reference must have the time"
    assert allowed_s in (floor_s, multiple * reference_s)


@given(first_s=SECONDS, second_s=SECONDS)
def test_cpu_limit_grows_with_the_reference(first_s: float, second_s: float) -> None:
    """A slower reference never gives less time."""
    low_s, high_s = sorted((first_s, second_s))
    assert Limits().test_cpu_s(low_s) <= Limits().test_cpu_s(high_s)


@pytest.mark.parametrize("name", Limits.model_fields)
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "5", True, None, 1 << 40])
def test_impossible_values_are_refused(name: str, value: object) -> None:
    """Nothing, less than nothing, no number, too much: each limit refuses them."""
    with pytest.raises(ValidationError, match=name):
        Limits.model_validate({name: value})


def test_whole_seconds_are_seconds() -> None:
    """`cpu_s = 2` in TOML means the same as `cpu_s = 2.0`."""
    assert Limits.model_validate({"cpu_s": 2}).cpu_s == 2.0


def test_fractions_of_a_process_are_refused() -> None:
    """What is counted is a whole number."""
    with pytest.raises(ValidationError, match="processes"):
        Limits.model_validate({"processes": 1.5})


def test_unknown_limits_are_refused() -> None:
    """A misspelt limit is an error, not a limit that is silently not in force."""
    with pytest.raises(ValidationError, match="cpu_seconds"):
        Limits.model_validate({"cpu_seconds": 5})


def test_limits_do_not_change() -> None:
    """Nobody raises a limit in the middle of a run."""
    limits = Limits()
    with pytest.raises(ValidationError, match="frozen"):
        limits.cpu_s = 100.0  # type: ignore[misc]
