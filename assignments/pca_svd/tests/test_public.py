"""The public tests of pca_svd: small cases whose numbers can be checked by hand."""

from typing import Any

import numpy as np
import pytest
from pca_svd import (
    center,
    choose_k,
    column_basis,
    explained_variance_ratio,
    matrix_rank,
    pca,
    project,
    reconstruct,
    whiten,
)

# Their mean is (5, 1), around which they lie at +-3 (0.8, 0.6) and at +-1 (-0.6, 0.8): the sum of the squares along the
# first direction is 18, along the second, at right angles to it, 2.
POINTS = np.array([[7.4, 2.8], [2.6, -0.8], [4.4, 1.8], [5.6, 0.2]])
MEAN = np.array([5.0, 1.0])
COMPONENTS = np.array([[0.8, 0.6], [-0.6, 0.8]])


def as_numbers(result: Any) -> np.ndarray:
    """Return a result as an array of real numbers; fail unless it is a number, a list or a plain array."""
    assert isinstance(result, (int, float, list, tuple, np.generic, np.ndarray)), (
        f"expected numbers, but a {type(result).__name__} came back"
    )
    assert type(result) is np.ndarray or not isinstance(result, np.ndarray), (
        f"expected a plain array, but a {type(result).__name__} came back"
    )
    numbers = np.asarray(result)
    assert numbers.dtype.kind in "fiu", f"expected real numbers, but their dtype is {numbers.dtype}"
    return numbers


def assert_agrees(actual: Any, expected: Any) -> None:
    """Fail unless actual is a number, list or array of expected's shape, right to 1e-4 in each entry."""
    actual, expected = as_numbers(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, not {actual.shape}"
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def assert_columns_agree(actual: Any, expected: Any) -> None:
    """Fail unless each column of actual is that of expected or its negative."""
    actual, expected = as_numbers(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, not {actual.shape}"
    signs = np.where((actual * expected).sum(axis=0) < 0, -1.0, 1.0)
    np.testing.assert_allclose(actual * signs, expected, rtol=1e-4, atol=1e-5)


def assert_parts(result: Any, count: int) -> None:
    """Fail unless the result is a tuple or list of so many parts."""
    assert isinstance(result, (tuple, list)), f"expected {count} parts, but a {type(result).__name__} came back"
    assert len(result) == count, f"expected {count} parts, but {len(result)} values came back"


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("The mean is that of each feature, over the examples: down the columns.")
def test_center_small() -> None:
    """The four points are moved by their mean, which comes back too."""
    came = center(POINTS.copy())
    assert_parts(came, 2)
    assert_agrees(came[0], [[2.4, 1.8], [-2.4, -1.8], [-0.6, 0.8], [0.6, -0.8]])
    assert_agrees(came[1], MEAN)


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("Centre first. The components are rows, the direction of the largest variance first.")
def test_pca_components_small() -> None:
    """The four points have the mean and the directions that they were made with, the first alone for k = 1."""
    for k in (2, 1):
        came = pca(POINTS.copy(), k)
        assert_parts(came, 3)
        assert_columns_agree(as_numbers(came[0]).T, COMPONENTS[:k].T)
        assert_agrees(came[2], MEAN)


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("A variance is a sum of squares divided by n - 1.")
def test_pca_variances_small() -> None:
    """The four points, moved to the origin, have the variances 18/3 and 2/3 along the two directions."""
    came = pca(POINTS - MEAN, 2)
    assert_parts(came, 3)
    assert_agrees(came[1], [18 / 3, 2 / 3])


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("Take the mean off, then take the inner product of each example with each component.")
def test_project_small() -> None:
    """The four points lie at 3, -3, 0 and 0 along the first direction."""
    assert_agrees(project(POINTS.copy(), COMPONENTS[:1].copy(), MEAN.copy()), [[3.0], [-3.0], [0.0], [0.0]])


@pytest.mark.points(2)
@pytest.mark.hint("Each point is the mean plus its coordinates times the components.")
def test_reconstruct_small() -> None:
    """The points at 3 and -3 along the first direction are the first two of the four."""
    Z = np.array([[3.0], [-3.0]])
    assert_agrees(reconstruct(Z, COMPONENTS[:1].copy(), MEAN.copy()), POINTS[:2])


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("A share is a variance divided by the sum of all variances, and a variance is a square.")
def test_explained_variance_ratio_small() -> None:
    """The two directions have nine tenths and one tenth of the four points' variance."""
    assert_agrees(explained_variance_ratio(POINTS - MEAN), [0.9, 0.1])


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("Add up the shares from the largest: how many are needed until the sum is large enough?")
def test_choose_k_small() -> None:
    """One component explains 70 % of the four points' variance, and two are needed for 95 %."""
    assert_agrees([choose_k(POINTS - MEAN, 0.7), choose_k(POINTS - MEAN, 0.95)], [1, 2])


@pytest.mark.points(2)
@pytest.mark.in_place("X")
@pytest.mark.hint("Divide each coordinate by the standard deviation along its direction, with the divisor n - 1.")
def test_whiten_small() -> None:
    """The whitened four points have variance 1 along both directions."""
    first, second = np.sqrt(3 / 2), np.sqrt(3 / 2)  # 3 / sqrt(18/3), and 1 / sqrt(2/3)
    expected = [[first, 0.0], [-first, 0.0], [0.0, second], [0.0, -second]]
    assert_columns_agree(whiten(POINTS - MEAN, 2), expected)


@pytest.mark.points(1)
@pytest.mark.hint("Count the singular values of A itself, which is not centred, that are above the tolerance.")
def test_matrix_rank_small() -> None:
    """A matrix whose third row is the sum of the other two has rank 2."""
    assert_agrees(matrix_rank(np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0], [1.0, 3.0, 1.0, 2.0]])), 2)


@pytest.mark.points(1)
@pytest.mark.hint("The left singular vectors are columns of as many entries as A has rows; the largest value is first.")
def test_column_basis_small() -> None:
    """A matrix with 3 and 2 as its singular values has the second and the first axis as its basis."""
    A = np.array([[0.0, 2.0], [3.0, 0.0], [0.0, 0.0]])
    assert_columns_agree(column_basis(A), [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
