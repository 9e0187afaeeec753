"""Tests of autograder.checks.close: what passes, what fails, and that nothing a student returns breaks it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks import CheckFailure, Finding, close, shape
from autograder.errors import SpecError

A = np.array([[0.31, -1.27, 2.05], [0.77, 0.02, -0.64]])


def finding(actual: Any, expected: Any, **options: Any) -> Finding:
    """What close finds; fails if it finds nothing."""
    with pytest.raises(CheckFailure) as caught:
        close(actual, expected, **options)
    return caught.value.finding


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (A, A),
        (A.tolist(), A),
        (tuple(map(tuple, A.tolist())), A),
        ([A[0], list(A[1])], A),
        ([[np.float32(value) for value in row] for row in A], A),
        (A.astype(np.float32), A),
        (A.astype(">f8"), A),
        (np.asfortranarray(A)[::1], A),
        (A * (1 + 0.9e-4), A),
        (A + 1.9e-5, A),
        (np.array(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (0.5, np.array(0.5)),
        (1, 1.0),
        (np.array([1.0, 2.0]), np.array([1, 2])),
        (np.array([1, 2], dtype=np.uint8), [1.0, 2.0]),
        (True, True),
        (np.array([True, False]), np.array([True, False])),
        (np.array([1 + 2j]), np.array([1 + 2j])),
        (1.5, 1.5 + 0j),
        ([np.nan, np.inf, -np.inf, 1.0], [np.nan, np.inf, -np.inf, 1.0]),
        ([], np.zeros(0)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (-0.0, 0.0),
    ],
    ids=lambda value: "",
)
def test_right_answers_pass(actual: Any, expected: Any) -> None:
    """Lists, numbers, any byte order and any numeric dtype count, to float32's accuracy."""
    close(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "problem"),
    [
        (A * (1 + 1.3e-4), A, "values"),
        (A + 1e-3, A, "values"),
        (A.T, A, "shape"),
        (A[:1], A[0], "shape"),
        (A[0][:, np.newaxis], A[0], "shape"),
        ([0.5], 0.5, "shape"),
        (A > 0, A, "dtype"),
        (True, 1.0, "dtype"),
        (A.astype(complex), A, "dtype"),
        (A.astype(object), A, "dtype"),
        (A.astype(str), A, "dtype"),
        (1, True, "dtype"),
        ("0.5", 0.5, "type"),
        (None, A, "type"),
        ({0: 0.5}, A, "type"),
        ({1.0, 2.0}, A, "type"),
        (A.view(np.matrix), A, "type"),
        (np.ma.masked_array(A), A, "type"),
        ([[1.0, 2.0], [3.0]], A, "ragged"),
        ([A, A[0]], A, "ragged"),
        ([1.0, None], A, "contents"),
        ([1.0, "2"], A, "contents"),
        ([A.view(np.matrix)], A, "contents"),
        (np.where(A > 2, np.nan, A), A, "nonfinite"),
        (np.where(A > 2, -np.inf, A), A, "nonfinite"),
        (np.nan, 0.0, "nonfinite"),
        ([1.0, 2.0], [np.nan, 2.0], "values"),
        ([-np.inf], [np.inf], "values"),
        ([1e308], [np.inf], "values"),
        ([np.nan], [np.inf], "values"),
        ([1, 2, 2], [1, 2, 3], "values"),
        ([1.0, 2.0, 2.99999], [1, 2, 3], "values"),
        (-(2**63), 0, "values"),
        ([False, True], [True, True], "values"),
        (1e-300, 0.0, "values"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_answers_fail(actual: Any, expected: Any, problem: str) -> None:
    """Each way of being wrong is found and called by its name."""
    assert finding(actual, expected).problem == problem


def endless() -> list[Any]:
    """A list that holds itself."""
    values: list[Any] = []
    values.append(values)
    return values


def doubling() -> list[Any]:
    """A list of 2 ** 200 numbers that takes a few hundred bytes."""
    values: list[Any] = [1.0]
    for _ in range(200):
        values = [values, values]
    return values


class TrapError(BaseException):
    """What no `except Exception` catches."""


class Hostile:
    """Raises whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise TrapError

    __array__ = __float__ = __iter__ = __len__ = __eq__ = __hash__ = __bool__ = __repr__ = __getattribute__  # type: ignore[assignment]


class Posing(type):
    """The class of a class that claims to equal any other."""

    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        raise TrapError


class Posed(metaclass=Posing):
    """Claims that its class is any other."""

    __class__ = np.ndarray  # type: ignore[assignment]


class Handle:
    """As what stays with the student is: every use as a value raises."""

    def __getattr__(self, name: str) -> Any:
        raise TypeError

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError

    __float__ = __len__ = __iter__ = __eq__ = __hash__ = __bool__ = __array__  # type: ignore[assignment]


class MyFloat(float):
    """A number with manners of its own."""

    def __float__(self) -> float:
        raise RuntimeError


class MyList(list):
    """A list with manners of its own."""

    def __iter__(self) -> Any:
        raise RuntimeError


class MyArray(np.ndarray):
    """An array with manners of its own."""

    def __array_finalize__(self, obj: object) -> None:
        if obj is None:
            raise RuntimeError


WEIRD: list[Callable[[], Any]] = [
    endless,
    doubling,
    lambda: [doubling(), doubling()],
    lambda: [0.0] * 3_000_000,
    lambda: [[[]] * 1_000_000] * 1000,
    lambda: np.broadcast_to(1.0, (10**9, 10**9)),
    lambda: [np.broadcast_to(1.0, (10**9, 10**9))],
    lambda: 10**5000,
    lambda: [10**5000, 1.0],
    lambda: np.array([10**5000, 1.0], dtype=object),
    lambda: np.zeros(2, dtype=[("x", float), ("y", "U3")]),
    lambda: np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"),
    lambda: np.fromiter((Hostile() for _ in range(2)), dtype=object),
    lambda: np.void(b"xx"),
    lambda: np.str_("1.0"),
    lambda: np.zeros((1,) * 60),
    lambda: np.longdouble("1e4000") * np.ones(2, dtype=np.longdouble),
    lambda: [np.longdouble("1e4000"), 1.0],
    Hostile,
    lambda: [Hostile(), 1.0],
    lambda: {Hostile: 1.0},
    lambda: Handle(),
    lambda: [Handle(), 1.0],
    Posed,
    lambda: [Posed(), 1.0],
    lambda: MyFloat(1.0),
    lambda: MyList([1.0, 2.0]),
    lambda: np.ones(2).view(MyArray),
    lambda: (value for value in (1.0, 2.0)),
    lambda: range(2),
    lambda: memoryview(b"12"),
    lambda: np,
    lambda: np.float64,
    lambda: np.dtype(float),
    lambda: b"12",
    lambda: {"a": 1.0, "b": 2.0},
    lambda: Ellipsis,
]


@pytest.mark.parametrize("weird", WEIRD, ids=range(len(WEIRD)))
@pytest.mark.parametrize("expected", [np.ones(2), 1.0, (1.0, 2.0), {"a": 1.0}, [1, 2], True], ids=str)
def test_weird_answers_are_failures(weird: Callable[[], Any], expected: Any) -> None:
    """Whatever comes back, the check fails as a check, soon, and says so without the thing's own words."""
    with pytest.raises(CheckFailure) as caught:
        close(weird(), expected)
    assert len(str(caught.value)) < 500
    with pytest.raises(CheckFailure):
        shape(weird(), (3, 3))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | hnp.arrays(
        hnp.scalar_dtypes() | st.just(np.dtype(object)), hnp.array_shapes(min_dims=0, max_side=3)
    ),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=6,
)  # fmt: skip


@given(PLAIN, hnp.arrays(st.sampled_from([np.float64, np.int64, np.bool_, np.complex128]), st.sampled_from([(), (2,)])))
def test_any_plain_data_passes_or_fails(actual: Any, expected: np.ndarray) -> None:
    """Whatever is compared, the answer is a pass or a CheckFailure whose sentence can be written."""
    failure = None
    try:
        close(actual, expected)
    except CheckFailure as caught:
        failure = caught
    assert failure is None or str(failure).startswith(failure.finding.sentence())


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_side=4)))
def test_an_answer_is_close_to_itself(values: np.ndarray) -> None:
    """Any array passes against its own copy, NaN and infinities included."""
    close(values, values.copy())


@given(
    hnp.arrays(np.float64, (3, 2), elements=st.floats(-1e6, 1e6)),
    st.integers(0, 5),
    st.floats(1.5, 1e6),
)
def test_one_entry_beyond_the_tolerance_fails(expected: np.ndarray, entry: int, excess: float) -> None:
    """An entry that is off by more than rtol of itself and a tenth of it of the largest fails, and is counted."""
    actual = expected.copy()
    allowed = 1e-4 * abs(expected.flat[entry]) + 1e-5 * np.abs(expected).max()
    actual.flat[entry] += excess * allowed + 1e-9
    found = finding(actual, expected)
    assert (found.problem, found.differing, found.total) == ("values", 1, 6)


def test_tolerances_are_the_authors() -> None:
    """An author's rtol and atol replace the defaults, for integers too."""
    close(1.01, 1.0, rtol=0.02)
    close(1e-9, 0.0, atol=1e-8)
    close(2.999, 3, rtol=1e-3)
    assert finding(1 + 1e-9, 1.0, rtol=1e-10).problem == "values"
    assert finding(1 + 1e-15, 1.0, rtol=0).problem == "values"
    assert finding(2.999, 3).problem == "values"
    close(1.0, 1.0, rtol=0)


@pytest.mark.parametrize("options", [{"rtol": -1}, {"atol": np.nan}, {"rtol": np.inf}, {"names": ("a",)}], ids=str)
def test_wrong_options_are_the_authors_error(options: dict[str, Any]) -> None:
    """A tolerance that is none, or names without parts, is refused even where the answer is right."""
    with pytest.raises(SpecError):
        close(1.0, 1.0, **options)


@pytest.mark.parametrize(
    "expected", ["1", None, [1.0, "a"], np.ones((1, 1)).view(np.matrix), [[1.0], [1.0, 2.0]]], ids=str
)
def test_expected_must_be_numbers(expected: Any) -> None:
    """An expected thing that is no array of numbers is the author's error."""
    with pytest.raises(SpecError, match="checks compare numbers"):
        close(1.0, expected)


# What is said ------------------------------------------------------------------------------------------------


def test_shapes_are_said() -> None:
    """A wrong shape is shown beside the right one, with the cause where the numbers show it."""
    said = finding(A.T, A, subject="dW")
    assert said.sentence() == "dW has shape (3, 2) where (2, 3) was expected; it looks transposed."
    assert finding(A + 1, A[0]).sentence() == "result has shape (2, 3) where (3,) was expected."
    assert finding([0.5], 0.5, subject="loss").sentence() == "loss has shape (1,) where a number was expected."


def test_values_are_said_by_count_and_power() -> None:
    """Wrong values are counted, and the error is rounded to a power of ten."""
    rng = np.random.default_rng(0)
    expected = rng.normal(size=(5, 4))
    said = finding(expected * 8, expected, subject="dW", n=8).sentence()
    assert said == (
        "20 of 20 entries of dW differ, by a relative error of about 1e1; "
        "it looks as if the factor 1/n were missing (a sum in place of a mean)."
    )
    wrong = expected.copy()
    wrong[1, 2] *= 1.1
    assert (
        finding(wrong, expected).sentence() == "1 of 20 entries of result differs, by a relative error of about 1e-1."
    )
    assert finding(1.4, 0.7123, subject="loss").sentence() == "loss differs by a relative error of about 1."
    assert finding([1, 2, 2], [1, 2, 3], subject="y").sentence() == "1 of 3 entries of y differs."


@pytest.mark.parametrize(
    ("actual", "expected", "sentence"),
    [
        (None, 1.0, "loss is None where a number or an array was expected."),
        ({}, 1.0, "loss is a dict where a number or an array was expected."),
        (Hostile(), 1.0, "loss is an object of another type where a number or an array was expected."),
        (A.view(np.matrix), A, "loss is an instance of a subclass of ndarray where a number or an array was expected."),
        (np.ones(2), (1.0, 2.0), "loss is an ndarray where a tuple was expected."),
        ((1.0,), (1.0, 2.0), "loss has 1 part where 2 were expected."),
        ({"a": 1.0, "b": 1.0}, {"a": 1.0}, "loss has 2 parts where 1 was expected."),
        ({"b": 1.0}, {"a": 1.0}, 'loss["a"] is missing.'),
        ({0: 1.0}, {1: 1.0}, "loss[1] is missing."),
        ([[1.0], [1.0, 2.0]], A, "loss is a list whose rows differ in shape, which is no array."),
        ([1.0, None], A, "loss holds something other than numbers."),
        (endless(), A, "loss is far larger than expected."),
        (A > 0, A, "loss has dtype bool where real numbers were expected."),
        (A.astype("U8"), A, "loss has dtype str where real numbers were expected."),
        (A.astype(object), A + 0j, "loss has dtype object where numbers were expected."),
        (A, A > 0, "loss has dtype float64 where bool was expected."),
        (np.nan, 1.0, "loss is not finite (NaN or infinite)."),
        ([np.nan, 1.0, np.inf], [1.0, 1.0, 1.0], "2 of 3 entries of loss are not finite (NaN or infinite)."),
        ([np.nan, 1.0], [1.0, 2.0], "1 of 2 entries of loss is not finite (NaN or infinite)."),
        (np.zeros((0, 10**12)), A, "loss has another shape where (2, 3) was expected."),
        (np.zeros((1,) * 20), A, "loss has another shape where (2, 3) was expected."),
    ],
    ids=range(21),
)
def test_every_problem_has_a_sentence(actual: Any, expected: Any, sentence: str) -> None:
    """A student reads what came and what was expected, and nothing that the thing calls itself."""
    assert finding(actual, expected, subject="loss").sentence() == sentence


def test_a_student_sees_no_value_and_a_ta_does() -> None:
    """The sentence shows no entry of either side; the exception's text shows the first five that differ."""
    expected = np.arange(1, 9) * 0.123457
    actual = expected + np.where(np.arange(8) > 1, 0.5, 0.0)
    with pytest.raises(CheckFailure) as caught:
        close(actual, expected)
    sentence, table = caught.value.finding.sentence(), str(caught.value).splitlines()[1:]
    assert "0." not in sentence
    assert [row.split() for row in table] == [
        ["entry", "got", "expected"],
        *[[f"[{i}]", f"{actual[i]:.8g}", f"{expected[i]:.8g}"] for i in range(2, 7)],
    ]


def test_numbers_and_labels_are_shown_whole() -> None:
    """A number has no place in the table, and integers are not rounded."""
    with pytest.raises(CheckFailure) as caught:
        close(123456789012, 123456789013)
    assert str(caught.value).split() == [
        "result",
        "differs.",
        "entry",
        "got",
        "expected",
        "123456789012",
        "123456789013",
    ]


# Parts -------------------------------------------------------------------------------------------------------


def test_parts_are_compared_one_by_one() -> None:
    """A tuple passes as a tuple or a list, a dict by its keys, and parts nest."""
    close((A, 0.5), (A, 0.5))
    close([A.tolist(), 0.5], (A, 0.5))
    close({"W": A, "b": (1, 2.0)}, {"b": (1, 2.0), "W": A})
    close({0: 1.0, "x": 2.0}, {"x": 2.0, 0: 1.0})


def test_the_wrong_part_is_named() -> None:
    """The first wrong part is named by the author's names, else by its place."""
    assert finding((A, 0.6), (A, 0.5)).subject == "result[1]"
    assert finding((A, 0.6), (A, 0.5), names=("dW", "db")).subject == "db"
    assert finding({"W": A, "b": (1.0, 3.0)}, {"W": A, "b": (1.0, 2.0)}, subject="grads").subject == 'grads["b"][1]'
    assert finding({True: 1.0}, {1: 1.0}).problem == "missing part"


def test_hints_go_to_their_parts() -> None:
    """Penalties and alternatives of a tuple are tuples, with None where a part has none."""
    rng = np.random.default_rng(0)
    grad, slope, weight, bias = rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=4)
    options: dict[str, Any] = {
        "names": ("dW", "db"),
        "penalty": (2 * 0.1 * weight, None),
        "intercept_penalty": (None, 2 * 0.1 * bias),
        "alternatives": {"tail dropped": (grad + 0.3 * weight**2, None)},
    }
    assert finding((grad - 0.1 * weight, slope), (grad, slope), **options).cause == "penalty without its factor 2"
    assert finding((grad - 0.2 * weight, slope), (grad, slope), **options).cause == "penalty missing"
    assert finding((grad + 0.3 * weight**2, slope), (grad, slope), **options).cause == "tail dropped"
    on_intercept = finding((grad, slope + 0.2 * bias), (grad, slope), **options)
    assert on_intercept.sentence().startswith("4 of 4 entries of db differ")
    assert on_intercept.cause == "penalty on the intercept"
    close((grad, slope), (grad, slope), **options)
    with pytest.raises(SpecError, match="need expected's parts"):
        close((grad, slope), (grad, slope), penalty=(0.2 * weight,))


# torch -------------------------------------------------------------------------------------------------------


def test_torch_is_never_imported() -> None:
    """The checks work where torch is not installed: they ask sys.modules alone."""
    code = "import sys; from autograder import checks; checks.close([1.0], [1.0]); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tensors_count_as_arrays() -> None:
    """A dense tensor or parameter of a real dtype is compared like an array, on either side."""
    torch = pytest.importorskip("torch")
    close(torch.tensor(A), A)
    close(torch.nn.Parameter(torch.tensor(A, dtype=torch.float32)), A)
    close(torch.tensor([1.0, 2.0], dtype=torch.bfloat16), [1.0, 2.0])
    close([torch.tensor(1.0), torch.tensor(2.0)], torch.tensor([1.0, 2.0]))
    close(torch.tensor([1 + 1j]).conj(), [1 - 1j])
    shape(torch.zeros(2, 3), (2, 3), dtype=np.float32)
    assert finding(-torch.tensor(A), A).cause == "sign flipped"
    assert finding(torch.tensor(A).T, A).problem == "shape"


def test_weird_tensors_are_failures() -> None:
    """Tensors without plain values, or with too many, fail as checks."""
    torch = pytest.importorskip("torch")

    class Odd(torch.Tensor):  # type: ignore[misc, name-defined]
        pass

    assert finding(torch.eye(2).to_sparse(), np.eye(2)).problem == "contents"
    assert finding(torch.empty(2, device="meta"), np.ones(2)).problem == "contents"
    assert finding(torch.ones(1, dtype=torch.bfloat16).expand(10**9), np.ones(2)).problem == "size"
    assert finding(torch.ones(1).expand(10**9), np.ones(2)).problem == "size"
    assert finding(torch.ones(2).as_subclass(Odd), np.ones(2)).problem == "type"
    assert finding(torch.tensor([True, True]), np.ones(2)).problem == "dtype"
    assert finding(Posed(), np.ones(2)).problem == "type"


# shape -------------------------------------------------------------------------------------------------------


def test_shape_looks_at_shape_and_dtype_alone() -> None:
    """Any numbers of the shape pass, and a dtype is compared only if one is asked for."""
    shape(A, (2, 3))
    shape(A.tolist(), [2, 3], dtype=float)
    shape(np.nan, ())
    shape(A.astype(">f8"), (2, 3), dtype="float64")
    shape(np.broadcast_to(1.0, (10**9, 10**9)), (10**9, 10**9))


@pytest.mark.parametrize(
    ("actual", "options", "sentence"),
    [
        (A, {"expected_shape": (3, 2)}, "dW has shape (2, 3) where (3, 2) was expected; it looks transposed."),
        (A, {"expected_shape": (6,)}, "dW has shape (2, 3) where (6,) was expected."),
        (A, {"expected_shape": (2, 3), "dtype": np.float32}, "dW has dtype float64 where float32 was expected."),
        (A.astype(object), {"expected_shape": (2, 3)}, "dW has dtype object where numbers were expected."),
        (None, {"expected_shape": (2, 3)}, "dW is None where a number or an array was expected."),
    ],
    ids=range(5),
)
def test_shape_says_what_is_wrong(actual: Any, options: dict[str, Any], sentence: str) -> None:
    """A wrong shape, dtype or type is said in one sentence."""
    with pytest.raises(CheckFailure) as caught:
        shape(actual, subject="dW", **options)
    assert caught.value.finding.sentence() == sentence
    assert caught.value.finding.check == "shape"
