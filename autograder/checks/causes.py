"""The likely cause of a wrong answer, named where the numbers show one and only then.

A cause is a guess at the student's formula: what the answer would have been if, say, its sign were flipped. It is
named if the student's numbers agree with that guess far better than with the answer, if the numbers are too many and
too varied for a coincidence, and if no other cause explains them as well. The list is product.md's "Feedback to a
student", with the classic mistakes of assignments.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from autograder.errors import SpecError

Array = NDArray[Any]
Guess = tuple[str, Array, Array]
"""A cause, and two arrays that agree if it is the cause: of the student's numbers, and of the expected ones."""

CAUSES: Final[Mapping[str, str]] = {
    "sign flipped": "it looks as if the sign were flipped",
    "factor 2": "it looks as if there were a factor 2 too many",
    "factor 1/2": "it looks as if a factor 2 were missing",
    "factor n": "it looks as if the factor 1/n were missing (a sum in place of a mean)",
    "factor 1/n": "it looks as if it were divided by n once too often",
    "factor n*C": "it looks as if the factor 1/(n*C) were missing",
    "factor 1/(n*C)": "it looks as if it were divided by n*C once too often",
    "factor C": "it looks as if the factor 1/C were missing",
    "factor 1/C": "it looks as if it were divided by C once too often (a mean over n*C entries in place of n examples)",
    "n for n - 1": "it looks as if it were divided by n in place of n - 1",
    "n - 1 for n": "it looks as if it were divided by n - 1 in place of n",
    "transposed": "it looks transposed",
    "rows and columns swapped": "it looks as if rows and columns were swapped",
    "reversed": "it looks as if the order of the components were reversed",
    "penalty missing": "it looks as if the penalty were missing",
    "penalty without its factor 2": "it looks as if the penalty lacked its factor 2",
    "penalty on the intercept": "it looks as if the intercept were penalised",
    "probabilities for logits": "it looks as if probabilities were given in place of logits",
    "logits for probabilities": "it looks as if logits were given in place of probabilities",
    "probabilities for log-probabilities": "it looks as if the logarithm were forgotten",
    "log-probabilities for probabilities": "it looks as if the logarithm of the answer were given",
    "logits for log-probabilities": "it looks as if logits were given in place of log-probabilities",
    "softmax twice": "it looks as if softmax were applied twice",
    "off by one class": "it looks off by one class",
    "float32 precision": "it looks as if float32 were used where the precision of float64 is needed",
    "tail dropped": "it looks as if the last, shorter batch were dropped",
    "labels -1 and 1": "it looks as if the labels were taken for -1 and 1; they are 0 and 1",
    "uphill": "it looks as if the step went uphill, with the gradient and not against it",
    "not squared": "it looks as if the singular values were not squared",
    "mean not taken off": "it looks as if the mean were not taken off",
    "mean not put back": "it looks as if the mean were not put back",
    "intercept first": "it looks as if the intercept came first; it comes last",
}
"""Each cause and what a student is told of it."""

_LARGE: Final = 1e-2
"""Entries under this share of the largest say nothing: they may agree by being small."""
_STRICTNESS: Final = {1: (2e-6, 1e-4), 2: (1e-5, 1e-3), 3: (1e-4, 1e-2)}
"""For a weight of evidence: the relative error to the guess, and that error as a share of what it explains."""
_LOOSEST: Final = max(rtol for rtol, _ in _STRICTNESS.values())
_MAX_ENTRIES: Final = 1_000_000


@dataclass(frozen=True)
class Hints:
    """What an author tells about the expected numbers, so that more causes can be found."""

    n: int | None = None
    """The number of examples that a mean is over."""
    classes: int | None = None
    """C, where the numbers are over classes."""
    penalty: Any = None
    """The penalty's part of the expected numbers, of their shape: 2 * l2 * W for a gradient."""
    intercept_penalty: Any = None
    """What would be added if the intercept were penalised, of the expected numbers' shape."""
    alternatives: Mapping[str, Any] = field(default_factory=dict)
    """By cause, the wrong answer that it leads to, computed by the author."""

    def __post_init__(self) -> None:
        for cause in self.alternatives:
            if cause not in CAUSES:
                near = difflib.get_close_matches(str(cause), CAUSES, n=1) or CAUSES
                raise SpecError(f"{cause!r} is not a cause that checks know; did you mean {' or '.join(near)}?")
        for name, count in (("n", self.n), ("classes", self.classes)):
            if count is not None and count < 1:
                raise SpecError(f"{name} = {count} is not a count.")

    def part(self, key: Any) -> Hints:
        """The hints for one part of a tuple or dict of expected arrays."""
        try:
            penalty = None if self.penalty is None else self.penalty[key]
            added = None if self.intercept_penalty is None else self.intercept_penalty[key]
            wrong = {cause: parts[key] for cause, parts in self.alternatives.items() if parts[key] is not None}
        except (IndexError, KeyError, TypeError):
            raise SpecError(f"penalties and alternatives need expected's parts; {key!r} is missing.") from None
        return replace(self, penalty=penalty, intercept_penalty=added, alternatives=wrong)

    def fit(self, shape: tuple[int, ...]) -> None:
        """Raise SpecError unless penalties have the expected numbers' shape, and alternatives are numbers."""
        for cause, wrong in self.alternatives.items():
            if np.asarray(wrong).dtype.kind not in "biufc":
                raise SpecError(f"the alternative {cause!r} is not an array of numbers.")
        for name, value in (("penalty", self.penalty), ("intercept_penalty", self.intercept_penalty)):
            if value is not None and np.shape(value) != shape:
                raise SpecError(f"{name} has shape {np.shape(value)}, but expected has shape {shape}; make them equal.")


NO_HINTS: Final = Hints()


def likely_cause(actual: Array, expected: Array, hints: Hints = NO_HINTS, *, rtol: float = 1e-4) -> str:
    """The one cause that explains why actual is not expected, or "".

    Args:
        actual: the student's numbers, a numeric array.
        expected: the right ones.
        hints: what the author tells.
        rtol: the relative error that the author allows; under 1e-5, float32 may be the cause.
    """
    if max(actual.size, expected.size) > _MAX_ENTRIES or not expected.size:
        return ""
    with np.errstate(all="ignore"):
        got, wanted = _widened(actual), _widened(expected)
        found = {cause for cause, left, right in _guesses(got, wanted, hints) if _explains(left, right, got, wanted)}
        found |= set(_label_causes(got, wanted, hints))
        if _is_single_precision(actual, expected, rtol):
            found.add("float32 precision")
    return found.pop() if len(found) == 1 else ""


def _widened(values: Array) -> Array:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _explains(left: Array, right: Array, got: Array, wanted: Array) -> bool:
    """Whether left agrees with right, and so well that neither rounding nor a coincidence explains it."""
    if left.shape != right.shape or not right.size:
        return False
    sizes, error = np.abs(right), np.abs(left - right)
    scale = sizes.max()
    if not _is_small(error, sizes, scale, _LOOSEST):  # most guesses are far off, and weighing them takes longer
        return False
    gap = got - wanted if got.shape == wanted.shape else wanted
    weight = min(_weight(right), _weight(gap), _weight(wanted))
    if not weight:
        return False
    rtol, share = _STRICTNESS[min(weight, 3)]
    moved = np.abs(left - wanted).max() if left.shape == wanted.shape and left is got else np.inf
    return _is_small(error, sizes, scale, rtol) and bool(error.max() <= share * moved)


def _is_small(error: Array, sizes: Array, scale: float, rtol: float) -> bool:
    return bool((error <= rtol * sizes + 0.1 * rtol * scale).all())


def _weight(values: Array) -> int:
    """How many magnitudes a coincidence would have to hit: the large and distinct ones.

    Numbers of few digits (0, 1, 0.5, 0.2) are hit by accident all the time, so three of them count as one.
    """
    sizes = np.abs(values).ravel()
    largest = sizes.max(initial=0.0)
    if not 0 < largest < np.inf:
        return 0
    sizes = sizes[sizes >= _LARGE * largest]
    firsts = np.unique(np.rint(1000 * (sizes / largest)), return_index=True)[1]
    binary = np.frexp(sizes[firsts])[0] * 1024
    decimal = sizes[firsts] / 10.0 ** np.floor(np.log10(sizes[firsts])) * 100
    plain = int(((binary == np.rint(binary)) | (np.abs(decimal - np.rint(decimal)) < 1e-4)).sum())
    return len(firsts) - plain + plain // 3


def _is_single_precision(actual: Array, expected: Array, rtol: float) -> bool:
    """Whether the numbers are float32's, and as near as float32 gets where the author asked for more."""
    if rtol > 1e-5 or actual.shape != expected.shape or actual.dtype.kind != "f" or expected.dtype.kind != "f":
        return False
    single, suffices = (np.array_equal(values, values.astype(np.float32)) for values in (actual, expected))
    near = np.abs(_widened(actual) - expected).max() <= 1e-4 * np.abs(expected).max()
    return single and not suffices and bool(near)


def _guesses(got: Array, wanted: Array, hints: Hints) -> Iterator[Guess]:
    for cause, wrong in hints.alternatives.items():
        yield cause, got, _widened(np.asarray(wrong))
    if got.shape != wanted.shape:
        yield from _reshapings(got, wanted, hints)
        return
    for cause, factor in _factors(hints).items():
        yield cause, got, wanted * factor
    yield from _penalties(got, wanted, hints)
    yield from _reorderings(got, wanted, hints)
    if "c" not in (got.dtype.kind, wanted.dtype.kind) and wanted.ndim:
        yield from _links(got, wanted)


def _factors(hints: Hints) -> dict[str, float]:
    factors = {"sign flipped": -1.0, "factor 2": 2.0, "factor 1/2": 0.5}
    n, classes = hints.n or 1, hints.classes or 1
    if n > 1:
        factors |= {"factor n": n, "factor 1/n": 1 / n, "n for n - 1": (n - 1) / n, "n - 1 for n": n / (n - 1)}
    if classes > 1:
        factors |= {"factor C": classes, "factor 1/C": 1 / classes}
    if n > 1 and classes > 1:
        factors |= {"factor n*C": n * classes, "factor 1/(n*C)": 1 / (n * classes)}
    return factors


def _penalties(got: Array, wanted: Array, hints: Hints) -> Iterator[Guess]:
    if hints.penalty is not None:
        penalty = np.asarray(hints.penalty, dtype=np.float64)
        yield "penalty missing", got, wanted - penalty
        yield "penalty without its factor 2", got, wanted - penalty / 2
    if hints.intercept_penalty is not None:
        added = np.asarray(hints.intercept_penalty, dtype=np.float64)
        yield "penalty on the intercept", got, wanted + added
        yield "penalty on the intercept", got, wanted + added / 2


def _reshapings(got: Array, wanted: Array, hints: Hints) -> Iterator[Guess]:
    """Causes of another shape."""
    if wanted.ndim == 2 and got.shape == wanted.shape[::-1]:
        yield "transposed", got, wanted.T
        if min(wanted.shape) > 1:
            yield "rows and columns swapped", got, wanted.reshape(got.shape)
    rows = got.shape[0] if got.ndim else 0
    if rows and wanted.ndim and wanted.shape[0] == hints.n and rows < wanted.shape[0]:
        yield "tail dropped", got, wanted[:rows]


def _reorderings(got: Array, wanted: Array, hints: Hints) -> Iterator[Guess]:
    """Causes of another order. Each needs enough places that a shuffle would not hit it by accident."""
    if wanted.ndim == 2 and min(wanted.shape) > 1 and wanted.size > 4:
        yield "rows and columns swapped", got, wanted.T.reshape(wanted.shape)
    for axis, length in enumerate(wanted.shape):
        steps = np.diff(wanted, axis=axis).real
        sorted_already = bool((steps > 0).all() or (steps < 0).all())
        if length >= (4 if sorted_already else 6):
            yield "reversed", got, np.flip(wanted, axis)
    if wanted.ndim == 2 and len(wanted) > 1 and wanted.shape[1] >= (3 if hints.classes == wanted.shape[1] else 6):
        yield "off by one class", got, np.roll(wanted, 1, axis=1)
        yield "off by one class", got, np.roll(wanted, -1, axis=1)


def _links(got: Array, wanted: Array) -> Iterator[Guess]:
    """Causes in which logits, probabilities and their logarithms were taken for each other."""
    if _are_probabilities(wanted) and _weight(_unsaturated(wanted)) > 1:
        yield "softmax twice", got, np.exp(_log_softmax(wanted))
        if _are_probabilities(np.exp(got)):
            yield "log-probabilities for probabilities", np.exp(got), wanted
        else:
            yield "logits for probabilities", _log_softmax(got), np.log(wanted)
    elif _are_probabilities(np.exp(wanted)) and _weight(_unsaturated(np.exp(wanted))) > 1:
        yield "softmax twice", got, _log_softmax(np.exp(wanted))
        yield "probabilities for log-probabilities", got, np.exp(wanted)
        if not _are_probabilities(np.exp(got)):
            yield "logits for log-probabilities", _log_softmax(got), wanted
    elif ((wanted > 0) & (wanted < 1)).all():
        yield "logits for probabilities", got, np.log(wanted / (1 - wanted))
    else:
        for probabilities in (np.exp(_log_softmax(wanted)), 1 / (1 + np.exp(-wanted))):
            if _weight(_unsaturated(probabilities)) > 1:
                yield "probabilities for logits", got, probabilities


def _unsaturated(probabilities: Array) -> Array:
    """The entries that say something: any large logit gives 0 or 1."""
    return np.asarray(probabilities[(probabilities > 1e-3) & (probabilities < 1 - 1e-3)])


def _are_probabilities(values: Array) -> bool:
    """Whether the last axis sums to one, to float32's accuracy."""
    if not values.ndim or values.shape[-1] < 2 or not (values >= 0).all():
        return False
    return bool((np.abs(values.sum(axis=-1) - 1) < 1e-5).all())


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _label_causes(got: Array, wanted: Array, hints: Hints) -> Iterator[str]:
    """Off by one class, for labels and one-hot rows: whole numbers, so that they must agree exactly."""
    if got.shape != wanted.shape or wanted.shape[:1] < (6,) or "c" in (got.dtype.kind, wanted.dtype.kind):
        return
    classes, shifts = hints.classes or 0, []
    if wanted.ndim == 1 and _are_labels(wanted):
        shifts = [wanted + 1, wanted - 1]
        shifts += [(wanted + 1) % classes, (wanted - 1) % classes] if classes > 2 else []
    elif wanted.ndim == 2 and wanted.shape[1] >= (3 if classes == wanted.shape[1] else 4) and _are_one_hot(wanted):
        shifts = [np.roll(wanted, 1, axis=1), np.roll(wanted, -1, axis=1)]
    if any(np.array_equal(got, shifted) for shifted in shifts):
        yield "off by one class"


def _are_labels(values: Array) -> bool:
    """Whether the numbers are small and whole, more than one of them occurs, and one occurs again."""
    kinds = np.unique(values)
    whole = bool((values >= 0).all() and (values == np.rint(values)).all())
    return whole and 1 < kinds.size < values.size


def _are_one_hot(values: Array) -> bool:
    """Whether each row holds a single one, and not all in one column."""
    binary = bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())
    return binary and int((values.sum(axis=0) > 0).sum()) > 1
