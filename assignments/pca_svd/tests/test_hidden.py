"""The hidden tests of pca_svd: their inputs are drawn for each submission, and no check sees a component's sign."""

from types import ModuleType
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

from autograder import checks

# Who centres X in place loses the tests that look at X afterwards, not every test that hands an X over.
pytestmark = pytest.mark.in_place("X")

EPS = np.finfo(np.float64).eps


# What comes back -------------------------------------------------------------------------------------------


def part(result: Any, index: int, count: int) -> Any:
    """Return one of a result's parts; fail if it does not have so many."""
    assert isinstance(result, (tuple, list)), f"a {type(result).__name__} came back"
    assert len(result) == count, f"{len(result)} values came back"
    return result[index]


def as_array(result: Any, shape: tuple[int, ...], subject: str) -> np.ndarray:
    """Return a result as an array of this shape; fail if it is none."""
    checks.shape(result, shape, subject=subject)
    return np.asarray(result)


def close_rows(actual: Any, expected: np.ndarray, subject: str, **known: Any) -> None:
    """Fail unless each row of actual is that of expected or its negative."""
    numbers = as_array(actual, expected.shape, subject)
    signs = np.where(np.sum(numbers * expected, axis=1, keepdims=True).real < 0, -1.0, 1.0)
    checks.close(actual, signs * expected, subject=subject, **known)


def close_columns(actual: Any, expected: np.ndarray, subject: str, alternatives: dict[str, Any] | None = None) -> None:
    """Fail unless each column of actual is that of expected or its negative; alternatives are wrong answers."""
    numbers = as_array(actual, expected.shape, subject)
    signs = np.where(np.sum(numbers * expected, axis=0).real < 0, -1.0, 1.0)
    wrong = {cause: signs * answer for cause, answer in (alternatives or {}).items()}
    checks.close(actual, signs * expected, subject=subject, alternatives=wrong)


def close_up_to_scale(actual: Any, expected: np.ndarray) -> None:
    """Fail unless actual is expected times one number, but for the signs of its columns."""
    numbers = as_array(actual, expected.shape, "whiten")
    size = np.linalg.norm(numbers)
    assert np.isfinite(size), "whiten is not finite"
    assert size > 0, "whiten is zero everywhere"
    close_columns(numbers / size, expected / np.linalg.norm(expected), "whiten up to a factor")


def has_directions(actual: Any, k: int, expected: np.ndarray) -> None:
    """Fail unless actual has k rows, and each row of expected or its negative is one of them, wherever it stands."""
    rows = as_array(actual, (k, expected.shape[1]), "components")
    places = np.argmax(np.abs(expected @ rows.T), axis=1)
    close_rows(rows[places], expected, "the components, in any order", rtol=1e-3)


def close_in_any_order(actual: Any, k: int, possible: np.ndarray, subject: str, **known: Any) -> None:
    """Fail unless actual holds k of the possible numbers, each once, in whatever order; else compare with the first."""
    numbers = as_array(actual, (k,), subject)
    places = np.argmin(np.abs(numbers[:, np.newaxis] - possible), axis=1)
    each_once = len(set(places.tolist())) == k
    expected = possible[places] if each_once and np.allclose(numbers, possible[places], rtol=1e-4) else possible[:k]
    checks.close(actual, expected, subject=subject, **known)


def assert_orthonormal(rows: np.ndarray, subject: str) -> None:
    """Fail unless the rows have length 1 and stand at right angles."""
    checks.close(rows @ rows.T, np.eye(len(rows)), subject=subject, atol=1e-4)


# What goes in ----------------------------------------------------------------------------------------------


def draw_orthonormal(rng: np.random.Generator, length: int, count: int) -> np.ndarray:
    """Draw orthonormal columns, shape (length, count)."""
    return np.linalg.qr(rng.normal(size=(length, count)))[0]


def draw_scales(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw singular values that fall by a factor of 1.4 or more: no direction can be taken for another."""
    return 10.0 * np.cumprod(rng.uniform(0.6, 0.7, size=count)) / 0.65


def draw_offset(rng: np.random.Generator, m: int) -> np.ndarray:
    """Draw a mean that is no smaller than the spread of the data around it: no centring does not go unseen."""
    return rng.choice([-1.0, 1.0], size=m) * rng.uniform(2.0, 5.0, size=m)


def draw_centred(rng: np.random.Generator, n: int, m: int, s: np.ndarray) -> np.ndarray:
    """Draw data of mean zero, shape (n, m), with these singular values, fewer than n and at most m."""
    U = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, len(s)))]))[0][:, 1:]
    return U * s @ draw_orthonormal(rng, m, len(s)).T


def draw_data(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Draw data of as many directions as there can be, shape (n, m), of mean zero."""
    return draw_centred(rng, n, m, draw_scales(rng, min(n - 1, m)))


def draw_tall(rng: np.random.Generator) -> np.ndarray:
    """Draw data of more examples than features, four or five, shape (n, m), of mean zero.

    Whether a function centres is asked by tests of its own: who forgets it everywhere is to lose those alone.
    """
    m = int(rng.integers(4, 6))
    return draw_data(rng, m + int(rng.integers(5, 10)), m)


def move(rng: np.random.Generator, X: np.ndarray) -> np.ndarray:
    """Move the data off the origin, further than they spread."""
    return X + draw_offset(rng, X.shape[1])


def draw_equal(rng: np.random.Generator, n: int, m: int, rank: int) -> np.ndarray:
    """Draw data of mean zero, shape (n, m), with the same variance in so many directions and none in the others."""
    return draw_centred(rng, n, m, np.full(rank, rng.uniform(5.0, 10.0)))


def draw_basis(rng: np.random.Generator, k: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw components (k, m) and a mean (m,)."""
    return draw_orthonormal(rng, m, k).T.copy(), draw_offset(rng, m)


def draw_matrix(rng: np.random.Generator, m: int, n: int, rank: int) -> np.ndarray:
    """Draw a matrix of this rank, shape (m, n), not centred."""
    return draw_orthonormal(rng, m, rank) * draw_scales(rng, rank) @ draw_orthonormal(rng, n, rank).T


# center ----------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint("The mean is that of each feature, over the examples (axis 0), and is taken off every row.")
def test_center_data(rng: np.random.Generator, reference: ModuleType) -> None:
    """The data and the mean that center returns are right."""
    X = move(rng, draw_tall(rng))
    expected = reference.center(X)
    checks.close(center(X), expected, names=("Xc", "mean"), n=len(X))


@pytest.mark.points(1)
@pytest.mark.requires("test_center_data")
@pytest.mark.hint("A single example is its own mean; neither squeeze nor flatten.")
def test_center_one_example(rng: np.random.Generator) -> None:
    """One example is moved to zero, and is the mean."""
    X = draw_offset(rng, 4)[np.newaxis]
    expected = np.zeros((1, 4)), X[0].copy()
    checks.close(center(X), expected, names=("Xc", "mean"), atol=1e-6)


@pytest.mark.points(1)
@pytest.mark.requires("test_center_data")
@pytest.mark.hint("An in-place operation such as X -= ... changes the caller's array: make a new one.")
def test_center_leaves_x(rng: np.random.Generator) -> None:
    """The data are the same after center as before."""
    X = move(rng, draw_tall(rng))
    with checks.unchanged(X, names=("X",)):
        center(X)


@pytest.mark.points(1)
@pytest.mark.requires("test_center_data")
@pytest.mark.hint("Keep the checks that the stub brings: X is a matrix and has a row at least.")
def test_center_errors(rng: np.random.Generator) -> None:
    """An X that is no matrix, or has no row, makes center raise ValueError."""
    for X in (rng.normal(size=5), rng.normal(size=(0, 3))):
        checks.raises(ValueError, center, X)


# pca -------------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint(
    "Look at the shape of what svd returns: the directions have m entries, one for each feature, and svd gives them as "
    "rows already."
)
def test_pca_directions(rng: np.random.Generator, reference: ModuleType) -> None:
    """With k as large as it can be, the components are all directions of the data, one a row, in whatever order."""
    X = draw_tall(rng)
    k = X.shape[1]
    expected = reference.pca(X, k)[0]
    has_directions(part(pca(X, k), 0, 3), k, expected)


@pytest.mark.points(3)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint("The first k directions are those of the largest variance; eigh sorts the other way round.")
def test_pca_components(rng: np.random.Generator, reference: ModuleType) -> None:
    """The components are the k directions of the largest variance, in falling order."""
    X = draw_tall(rng)
    for k in (3, 1):
        expected = reference.pca(X, k)[0]
        close_rows(part(pca(X.copy(), k), 0, 3), expected, "components", n=len(X))


@pytest.mark.points(4)
@pytest.mark.hint(
    "The variances are the squares of the largest singular values of the centred data, divided by n - 1: print the "
    "variance of your projected data beside them."
)
def test_pca_variances(rng: np.random.Generator, reference: ModuleType) -> None:
    """The variances are those of the data along k directions, with the divisor n - 1, in whatever order."""
    X = draw_tall(rng)
    possible = reference.pca(X, X.shape[1])[1]
    for k in (4, 1):
        not_squared = {"not squared": np.sqrt(possible[:k] / (len(X) - 1))}
        actual = part(pca(X.copy(), k), 1, 3)
        close_in_any_order(actual, k, possible, "variances", n=len(X), alternatives=not_squared)


@pytest.mark.points(1)
@pytest.mark.hint("The third part is the mean of the data as they came, shape (m,).")
def test_pca_mean(rng: np.random.Generator, reference: ModuleType) -> None:
    """The mean that pca returns is that of the data."""
    X = move(rng, draw_tall(rng))
    expected = reference.pca(X, 2)[2]
    checks.close(part(pca(X, 2), 2, 3), expected, subject="mean", n=len(X))


@pytest.mark.points(3)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint("Take the mean off first: without that the first direction is the one to the data, not within them.")
def test_pca_centres(rng: np.random.Generator, reference: ModuleType) -> None:
    """The components do not depend on where the data lie."""
    X = move(rng, draw_tall(rng))
    k = X.shape[1]
    expected = reference.pca(X, k)[0]
    has_directions(part(pca(X, k), 0, 3), k, expected)


@pytest.mark.points(3)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint(
    "This is about precision: in the covariance (or X X^T) the scales of the data are squared, and what is eight "
    "orders of magnitude smaller than the largest drowns in rounding. Take the SVD of the centred data, in float64."
)
def test_pca_wide_and_badly_scaled(rng: np.random.Generator, reference: ModuleType) -> None:
    """For few examples of many features on very different scales, even the direction of the smallest is right."""
    s = 10.0 * np.array([1.0, 1e-2, 1e-4, 1e-6, 1e-8]) * rng.uniform(0.5, 1.0, size=5)
    X = draw_centred(rng, 6, 60, s)
    expected = reference.pca(X, 6)[0][:5]  # six centred examples lie in five directions
    has_directions(part(pca(X, 6), 0, 3), 6, expected)


@pytest.mark.points(1)
@pytest.mark.requires("test_pca_components")
@pytest.mark.hint("Where variances are equal any orthonormal directions in their plane are right; they must be such.")
def test_pca_ties(rng: np.random.Generator, reference: ModuleType) -> None:
    """Of two directions with the same variance, the components span the plane, at right angles."""
    X = draw_centred(rng, 9, 4, np.array([6.0, 6.0, 2.0]) * rng.uniform(0.8, 1.2))
    components = reference.pca(X, 2)[0]
    rows = as_array(part(pca(X, 2), 0, 3), (2, 4), "components")
    assert_orthonormal(rows, "the components' inner products")
    checks.close(rows.T @ rows, components.T @ components, subject="the plane of the components")


@pytest.mark.points(1)
@pytest.mark.requires("test_pca_components")
@pytest.mark.hint("A direction without variance is a component like any other: of length 1, and with variance 0.")
def test_pca_rank_deficient(rng: np.random.Generator, reference: ModuleType) -> None:
    """With more components than directions of variance, those beyond are orthonormal and have variance 0."""
    X = draw_centred(rng, 8, 5, draw_scales(rng, 2))
    components = reference.pca(X, 2)[0]
    came = pca(X, 4)
    rows = as_array(part(came, 0, 3), (4, 5), "components")
    assert_orthonormal(rows, "the components' inner products")
    close_rows(rows[:2], components, "components")
    beyond = as_array(part(came, 1, 3), (4,), "variances")[2:]
    checks.close(beyond, np.zeros(2), subject="the variances beyond", atol=1e-4)


@pytest.mark.points(1)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint("Neither squeeze nor flatten: with one feature the components are a matrix of one row and column.")
def test_pca_one_feature(rng: np.random.Generator) -> None:
    """With one feature there is one direction, and the parts of the result keep their shapes."""
    X = rng.uniform(1.0, 2.0) * np.array([[1.0], [-1.0]])
    came = pca(X, 1)
    close_rows(part(came, 0, 3), np.ones((1, 1)), "components")
    checks.shape(part(came, 1, 3), (1,), subject="variances")
    checks.shape(part(came, 2, 3), (1,), subject="mean")


@pytest.mark.points(1)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint("An in-place operation such as X -= ... changes the caller's array: make a new one.")
def test_pca_leaves_x(rng: np.random.Generator) -> None:
    """The data are the same after pca as before."""
    X = move(rng, draw_tall(rng))
    with checks.unchanged(X, names=("X",)):
        pca(X, 2)


@pytest.mark.points(1)
@pytest.mark.requires("test_pca_directions")
@pytest.mark.hint("Keep the checks that the stub brings: two examples or more, and k from 1 to min(n, m).")
def test_pca_errors(rng: np.random.Generator) -> None:
    """A k that is too small or too large, or a single example, makes pca raise ValueError."""
    tall, wide = draw_data(rng, 7, 3), draw_data(rng, 4, 6)
    for X, k in ((tall, 0), (tall, 4), (wide, 5), (tall[:1].copy(), 1)):
        checks.raises(ValueError, pca, X, k)


# project and reconstruct -----------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "Take the mean off before you take inner products with the components, which are the rows: the codes of an "
    "example are a row."
)
def test_project_codes(rng: np.random.Generator, reference: ModuleType) -> None:
    """The codes are the coordinates of new data along the components, from the mean."""
    components, mean = draw_basis(rng, 3, 5)
    X = mean + rng.normal(scale=2.0, size=(8, 5))
    expected = reference.project(X, components, mean)
    forgotten = {"mean not taken off": expected + components @ mean}
    checks.close(project(X, components, mean), expected, subject="project", n=len(X), alternatives=forgotten)


@pytest.mark.points(1)
@pytest.mark.requires("test_project_codes")
@pytest.mark.hint("Neither squeeze nor flatten: the codes are a matrix, also for one example or one component.")
def test_project_one_example(rng: np.random.Generator, reference: ModuleType) -> None:
    """The codes of one example, or along one component, are a matrix."""
    for n, k in ((1, 3), (6, 1)):
        components, mean = draw_basis(rng, k, 5)
        X = mean + rng.normal(scale=2.0, size=(n, 5))
        expected = reference.project(X, components, mean)
        checks.close(project(X, components, mean), expected, subject="project")


@pytest.mark.points(1)
@pytest.mark.requires("test_project_codes")
@pytest.mark.hint("An in-place operation such as X -= ... changes the caller's array: make a new one.")
def test_project_leaves_x(rng: np.random.Generator) -> None:
    """The data are the same after project as before."""
    components, mean = draw_basis(rng, 2, 4)
    X = mean + rng.normal(size=(6, 4))
    with checks.unchanged(X, names=("X",)):
        project(X, components, mean)


@pytest.mark.points(1)
@pytest.mark.requires("test_project_codes")
@pytest.mark.hint("Keep the checks that the stub brings: X, components and mean have the same number of features.")
def test_project_errors(rng: np.random.Generator) -> None:
    """An X or a mean that does not fit the components makes project raise ValueError."""
    components, mean = draw_basis(rng, 2, 4)
    X = rng.normal(size=(6, 4))
    for wrong_X, wrong_mean in ((X[:, 1:], mean), (X[:, :1], mean), (X, mean[1:]), (X, mean[:1]), (X[0].copy(), mean)):
        checks.raises(ValueError, project, wrong_X, components, wrong_mean)


@pytest.mark.points(4)
@pytest.mark.hint("Each point is a sum of components, weighted by its codes; and the mean that was taken off is due.")
def test_reconstruct_points(rng: np.random.Generator, reference: ModuleType) -> None:
    """The points that have the given codes are right."""
    components, mean = draw_basis(rng, 3, 5)
    Z = rng.normal(scale=2.0, size=(8, 3))
    expected = reference.reconstruct(Z, components, mean)
    forgotten = {"mean not put back": expected - mean}
    checks.close(reconstruct(Z, components, mean), expected, subject="reconstruct", n=len(Z), alternatives=forgotten)


@pytest.mark.points(1)
@pytest.mark.requires("test_reconstruct_points")
@pytest.mark.hint("Neither squeeze nor flatten: the points are a matrix, also for one example or one component.")
def test_reconstruct_one_example(rng: np.random.Generator, reference: ModuleType) -> None:
    """The point of one example, or points from one component, are a matrix."""
    for n, k in ((1, 3), (6, 1)):
        components, mean = draw_basis(rng, k, 5)
        Z = rng.normal(scale=2.0, size=(n, k))
        expected = reference.reconstruct(Z, components, mean)
        checks.close(reconstruct(Z, components, mean), expected, subject="reconstruct")


@pytest.mark.points(1)
@pytest.mark.requires("test_reconstruct_points")
@pytest.mark.hint("With as many components as features nothing is lost: reconstruct undoes project.")
def test_reconstruct_undoes_project(rng: np.random.Generator, reference: ModuleType) -> None:
    """With as many components as features, reconstruct gives the data back."""
    components, mean = draw_basis(rng, 4, 4)
    X = mean + rng.normal(scale=2.0, size=(6, 4))
    checks.close(reconstruct(reference.project(X, components, mean), components, mean), X, subject="reconstruct")


@pytest.mark.points(1)
@pytest.mark.requires("test_reconstruct_points")
@pytest.mark.hint("Keep the checks that the stub brings: Z has one column a component, and mean one entry a feature.")
def test_reconstruct_errors(rng: np.random.Generator) -> None:
    """A Z or a mean that does not fit the components makes reconstruct raise ValueError."""
    components, mean = draw_basis(rng, 3, 5)
    Z = rng.normal(size=(6, 3))
    for wrong_Z, wrong_mean in ((Z[:, 1:], mean), (Z, mean[1:]), (Z, mean[:1]), (Z[0].copy(), mean)):
        checks.raises(ValueError, reconstruct, wrong_Z, components, wrong_mean)


# explained_variance_ratio and choose_k ---------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "There are min(n, m) shares, which sum to 1: those that are 0 but for rounding are among them, and the largest is "
    "the first."
)
def test_explained_variance_ratio_equal(rng: np.random.Generator) -> None:
    """Where r directions have the same variance and the others none, the first r shares are 1/r and the others 0."""
    for n, m, rank in ((9, 5, 3), (4, 7, 2), (5, 1, 1)):
        expected = np.where(np.arange(min(n, m)) < rank, 1 / rank, 0.0)
        actual = explained_variance_ratio(draw_equal(rng, n, m, rank))
        checks.close(actual, expected, subject="explained_variance_ratio", atol=1e-4)


@pytest.mark.points(3)
@pytest.mark.hint("A share is a variance, the square of a singular value, divided by the sum of all of them.")
def test_explained_variance_ratio_shares(rng: np.random.Generator, reference: ModuleType) -> None:
    """Each component's share of the variance is right, and the shares come in falling order."""
    X = draw_tall(rng)
    expected = reference.explained_variance_ratio(X)
    not_squared = {"not squared": np.sqrt(expected) / np.sqrt(expected).sum()}
    actual = explained_variance_ratio(X)
    checks.close(actual, expected, subject="explained_variance_ratio", n=len(X), alternatives=not_squared)


@pytest.mark.points(1)
@pytest.mark.requires("test_explained_variance_ratio_equal")
@pytest.mark.hint("Take the mean off first: otherwise the distance to the origin counts as variance.")
def test_explained_variance_ratio_centres(rng: np.random.Generator) -> None:
    """The shares do not depend on where the data lie."""
    X = move(rng, draw_equal(rng, 10, 4, 4))
    checks.close(explained_variance_ratio(X), np.full(4, 0.25), subject="explained_variance_ratio")


@pytest.mark.points(1)
@pytest.mark.requires("test_explained_variance_ratio_equal")
@pytest.mark.hint("Without variance a share is 0 divided by 0, and NaN is no answer: raise ValueError.")
def test_explained_variance_ratio_constant(rng: np.random.Generator) -> None:
    """Data that are the same in every example make explained_variance_ratio raise ValueError."""
    row = rng.integers(1, 9, size=3).astype(np.float64)  # whole numbers, whose mean has no rounding
    for sign in (1.0, -1.0, 0.0):
        checks.raises(ValueError, explained_variance_ratio, np.tile(sign * row, (4, 1)))


@pytest.mark.points(1)
@pytest.mark.requires("test_explained_variance_ratio_equal")
@pytest.mark.hint("An in-place operation such as X -= ... changes the caller's array: make a new one.")
def test_explained_variance_ratio_leaves_x(rng: np.random.Generator) -> None:
    """The data are the same after explained_variance_ratio as before."""
    X = move(rng, draw_tall(rng))
    with checks.unchanged(X, names=("X",)):
        explained_variance_ratio(X)


@pytest.mark.points(1)
@pytest.mark.requires("test_explained_variance_ratio_equal")
@pytest.mark.hint("Keep the checks that the stub brings: X is a matrix of two examples or more.")
def test_explained_variance_ratio_errors(rng: np.random.Generator) -> None:
    """A single example, or an X that is no matrix, makes explained_variance_ratio raise ValueError."""
    for X in (rng.normal(size=(1, 4)), rng.normal(size=5)):
        checks.raises(ValueError, explained_variance_ratio, X)


@pytest.mark.points(4)
@pytest.mark.hint(
    "Add up the shares from the first and count how many are needed until the sum reaches the fraction: an index "
    "counts from 0, and k from 1."
)
def test_choose_k_counts(rng: np.random.Generator) -> None:
    """The number of components is the fewest that explain the fraction, where all have the same share."""
    X = draw_equal(rng, 12, 5, 5)
    fractions = [(k - rng.uniform(0.3, 0.7)) / 5 for k in range(1, 6)]  # far from any sum: rounding decides nothing
    actual = [choose_k(X.copy(), float(fraction)) for fraction in fractions]
    checks.close(actual, np.arange(1, 6), subject="choose_k")


@pytest.mark.points(1)
@pytest.mark.requires("test_choose_k_counts")
@pytest.mark.hint("Add up the shares of the variance from the largest; look at explained_variance_ratio first.")
def test_choose_k_unequal_shares(rng: np.random.Generator, reference: ModuleType) -> None:
    """The number of components is the fewest that explain the fraction, where each has another share."""
    X = draw_tall(rng)
    sums = np.concatenate([[0.0], np.cumsum(reference.explained_variance_ratio(X))])
    fractions = (sums[1:] + sums[:-1]) / 2
    actual = [choose_k(X.copy(), float(fraction)) for fraction in fractions]
    checks.close(actual, np.arange(1, len(sums)), subject="choose_k")


@pytest.mark.points(1)
@pytest.mark.requires("test_choose_k_counts")
@pytest.mark.hint("Take the mean off first: otherwise one component explains nearly everything.")
def test_choose_k_centres(rng: np.random.Generator) -> None:
    """The number of components does not depend on where the data lie."""
    X = draw_equal(rng, 10, 4, 4) + 10 * draw_offset(rng, 4)
    checks.close(choose_k(X, float(rng.uniform(0.8, 0.95))), np.array(4), subject="choose_k")


@pytest.mark.points(1)
@pytest.mark.requires("test_choose_k_counts")
@pytest.mark.hint(
    "At least the fraction, not more than it: and as rounding can leave a sum a little short, compare with fraction - "
    "1e-12, in float64."
)
def test_choose_k_exact_fraction(rng: np.random.Generator) -> None:
    """A fraction that k components explain exactly, but for rounding, is explained by k components."""
    # along each axis by itself, the same distance to both sides: each of the five has a fifth of the variance
    side = rng.integers(2, 9) * rng.permutation(np.eye(5))
    X = np.vstack([side, -side])  # of mean zero exactly: who centres in place changes nothing here
    with checks.unchanged(X, names=("X",)):
        actual = [choose_k(X, k / 5 + 1e-13) for k in (1, 2, 3, 4)]  # as if rounding had left the sum short
    checks.close(actual, np.array([1, 2, 3, 4]), subject="choose_k")


@pytest.mark.points(1)
@pytest.mark.requires("test_choose_k_counts", "test_choose_k_exact_fraction")
@pytest.mark.hint(
    "The sum of all shares can be 1 less a rounding error: compare with fraction - 1e-12, in float64. Directions "
    "without variance are not needed."
)
def test_choose_k_everything(rng: np.random.Generator) -> None:
    """All of the variance is explained by as many components as there are directions with variance."""
    for n, m, rank in ((5, 9, 4), (12, 4, 4), (12, 6, 3)):
        X = draw_centred(rng, n, m, draw_scales(rng, rank))
        checks.close(choose_k(X, 1.0), np.array(rank), subject="choose_k")


@pytest.mark.points(1)
@pytest.mark.requires("test_choose_k_counts")
@pytest.mark.hint("Keep the checks that the stub brings: fraction is above 0 and at most 1.")
def test_choose_k_errors(rng: np.random.Generator) -> None:
    """A fraction of zero, below zero or above one makes choose_k raise ValueError."""
    X = draw_tall(rng)
    for fraction in (0.0, -rng.uniform(0.1, 0.9), 1 + rng.uniform(0.1, 0.9)):
        checks.raises(ValueError, choose_k, X.copy(), float(fraction))


# whiten ----------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "Divide the coordinates along each component by the standard deviation there: not by the variance, and not all of "
    "them by the same number."
)
def test_whiten_directions(rng: np.random.Generator, reference: ModuleType) -> None:
    """The whitened data are the coordinates along the components, all on one scale."""
    X = draw_tall(rng)
    for k in (3, 1):
        expected = reference.whiten(X, k)
        close_up_to_scale(whiten(X.copy(), k), expected)


@pytest.mark.points(2)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint("The variance along each column has the divisor n - 1: print np.cov of your result's transpose.")
def test_whiten_unit_variance(rng: np.random.Generator, reference: ModuleType) -> None:
    """Each column of the whitened data has variance 1, with the divisor n - 1."""
    for X, k in ((draw_tall(rng), 3), (draw_data(rng, 6, 1), 1)):
        expected = reference.whiten(X, k)
        with_n = {"n for n - 1": expected * np.sqrt(len(X) / (len(X) - 1))}
        close_columns(whiten(X.copy(), k), expected, "whiten", with_n)


@pytest.mark.points(1)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint("Take the mean off first, for the directions and for the coordinates along them.")
def test_whiten_centres(rng: np.random.Generator, reference: ModuleType) -> None:
    """The whitened data do not depend on where the data lie."""
    X = move(rng, draw_tall(rng))
    expected = reference.whiten(X, 3)
    close_up_to_scale(whiten(X, 3), expected)


@pytest.mark.points(1)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint(
    "This is about precision: rounding leaves a singular value a little above 0 where there is no variance, so compare "
    "it with the handout's bound, in float64, and raise ValueError; directions with variance are whitened all the same."
)
def test_whiten_without_variance(rng: np.random.Generator, reference: ModuleType) -> None:
    """Where one of the k directions has no variance whiten raises ValueError, and up to there it does not."""
    for X in (draw_centred(rng, 9, 5, draw_scales(rng, 3)), draw_data(rng, 4, 7)):
        expected = reference.whiten(X, 3)
        close_up_to_scale(whiten(X.copy(), 3), expected)
        checks.raises(ValueError, whiten, X.copy(), 4)
        checks.raises(ValueError, whiten, 1e6 * X, 4)
    # along the axes, so that nothing is rounded: the second direction just above the bound of 4 eps, and just below
    for spread, has_variance in ((8.0, True), (2.0, False)):
        X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, spread * EPS], [0.0, -spread * EPS]]) * 2.0 ** rng.integers(-9, 9)
        if has_variance:
            close_up_to_scale(whiten(X.copy(), 2), reference.whiten(X, 2))
        else:
            checks.raises(ValueError, whiten, X.copy(), 2)


@pytest.mark.points(1)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint(
    "The mean of equal numbers is rounded, which leaves a trace of them in the centred data: the handout's bound looks "
    "at the largest entry of X too, not only at the largest singular value."
)
def test_whiten_constant(rng: np.random.Generator) -> None:
    """Data that are the same in every example make whiten raise ValueError."""
    row = rng.uniform(1.0, 2.0, size=40)
    for sign in (1.0, -1.0):
        checks.raises(ValueError, whiten, np.tile(sign * row, (3, 1)), 1)
    checks.raises(ValueError, whiten, np.tile(np.rint(10 * row), (4, 1)), 2)
    checks.raises(ValueError, whiten, np.zeros((4, 3)), 1)


@pytest.mark.points(1)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint("An in-place operation such as X -= ... changes the caller's array: make a new one.")
def test_whiten_leaves_x(rng: np.random.Generator) -> None:
    """The data are the same after whiten as before."""
    X = move(rng, draw_tall(rng))
    with checks.unchanged(X, names=("X",)):
        whiten(X, 2)


@pytest.mark.points(1)
@pytest.mark.requires("test_whiten_directions")
@pytest.mark.hint("Keep the checks that the stub brings: two examples or more, and k from 1 to min(n, m).")
def test_whiten_errors(rng: np.random.Generator) -> None:
    """A k that is too small or too large, or a single example, makes whiten raise ValueError."""
    tall = draw_data(rng, 7, 3)
    for X, k in ((tall, 0), (tall, 4), (tall[:1].copy(), 1)):
        checks.raises(ValueError, whiten, X, k)


# matrix_rank and column_basis ------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "Count the singular values of A itself, not centred, above max(m, n) eps s1: rounding leaves those that should be "
    "0 a little above it."
)
def test_matrix_rank_counts(rng: np.random.Generator) -> None:
    """The rank is right for tall, wide and square matrices of every rank."""
    matrices = [draw_matrix(rng, m, n, rank) for m, n in ((7, 4), (4, 6), (4, 4)) for rank in (1, 2, 3, 4)]
    checks.close([matrix_rank(A) for A in matrices], np.array([1, 2, 3, 4] * 3), subject="matrix_rank")


@pytest.mark.points(1)
@pytest.mark.requires("test_matrix_rank_counts")
@pytest.mark.hint("The default tolerance is in proportion to the largest singular value; a fixed number is not.")
def test_matrix_rank_scaled(rng: np.random.Generator) -> None:
    """The rank of a matrix does not depend on its scale."""
    A = draw_matrix(rng, 6, 4, 3)
    # along the axes, so that nothing is rounded: of five rows, with the bound 5 eps s1, one value above it, one below
    near = np.zeros((5, 3))
    near[[4, 0, 2], [0, 1, 2]] = np.array([1.0, 12 * EPS, 2.5 * EPS]) * 2.0 ** rng.integers(-9, 9)
    actual = [matrix_rank(B) for B in (A * 1e-20, A * 1e20, near)]
    checks.close(actual, np.array([3, 3, 2]), subject="matrix_rank")


@pytest.mark.points(1)
@pytest.mark.requires("test_matrix_rank_counts")
@pytest.mark.hint("A tolerance that is given is absolute: it is compared with the singular values as they are.")
def test_matrix_rank_tolerance(rng: np.random.Generator) -> None:
    """With a tolerance, the rank counts the singular values above it."""
    s = draw_scales(rng, 4)
    A = draw_orthonormal(rng, 6, 4) * s @ draw_orthonormal(rng, 4, 4).T
    tolerances = np.sqrt(s[1:] * s[:-1])  # between two singular values
    actual = [matrix_rank(A, float(tolerance)) for tolerance in tolerances]
    checks.close(actual, np.array([1, 2, 3]), subject="matrix_rank")


@pytest.mark.points(1)
@pytest.mark.requires("test_matrix_rank_counts")
@pytest.mark.hint("0 counts as false, but it is a tolerance: ask `tolerance is None`.")
def test_matrix_rank_tolerance_zero(rng: np.random.Generator) -> None:
    """With a tolerance of 0, every singular value above 0 counts, however small."""
    A = np.diag([rng.uniform(1.0, 2.0), rng.uniform(1e-19, 1e-18)])
    checks.close([matrix_rank(A, 0.0), matrix_rank(A)], np.array([2, 1]), subject="matrix_rank")


@pytest.mark.points(1)
@pytest.mark.requires("test_matrix_rank_counts")
@pytest.mark.hint("No singular value of a zero matrix is above 0: its rank is 0.")
def test_matrix_rank_zero_matrix(rng: np.random.Generator) -> None:
    """The rank of a zero matrix is 0."""
    checks.close(matrix_rank(np.zeros(rng.integers(2, 6, size=2))), np.array(0), subject="matrix_rank")


@pytest.mark.points(1)
@pytest.mark.requires("test_matrix_rank_counts")
@pytest.mark.hint("Keep the checks that the stub brings: A is a matrix, and tolerance is not negative.")
def test_matrix_rank_errors(rng: np.random.Generator) -> None:
    """An A that is no matrix, or a negative tolerance, makes matrix_rank raise ValueError."""
    checks.raises(ValueError, matrix_rank, rng.normal(size=4))
    checks.raises(ValueError, matrix_rank, rng.normal(size=(3, 4)), -float(rng.uniform(0.1, 1.0)))


@pytest.mark.points(2)
@pytest.mark.hint("The basis holds the left singular vectors of A itself, not centred, as columns of m entries.")
def test_column_basis_vectors(rng: np.random.Generator, reference: ModuleType) -> None:
    """For matrices of full rank, the basis holds the left singular vectors, by falling singular value."""
    for m, n in ((7, 4), (4, 6)):
        A = draw_matrix(rng, m, n, 4)
        expected = reference.column_basis(A)
        close_columns(column_basis(A), expected, "column_basis")


@pytest.mark.points(1)
@pytest.mark.requires("test_column_basis_vectors")
@pytest.mark.hint(
    "There are as many vectors in a basis as A has rank: those with a singular value above the tolerance."
)
def test_column_basis_rank_deficient(rng: np.random.Generator, reference: ModuleType) -> None:
    """For matrices of less than full rank, the basis has as many columns as the rank."""
    for m, n, rank in ((6, 4, 2), (4, 7, 3)):
        A = draw_matrix(rng, m, n, rank)
        expected = reference.column_basis(A)
        close_columns(column_basis(A), expected, "column_basis")


@pytest.mark.points(1)
@pytest.mark.hint("Where singular values are equal any orthonormal basis of their plane is right; it must be such.")
def test_column_basis_ties(rng: np.random.Generator) -> None:
    """For equal singular values, the basis is orthonormal and spans the columns."""
    U = draw_orthonormal(rng, 6, 3)
    A = rng.uniform(2.0, 3.0) * U @ draw_orthonormal(rng, 3, 3).T
    columns = as_array(column_basis(A), (6, 3), "column_basis")
    assert_orthonormal(columns.T, "the inner products of column_basis")
    checks.close(columns @ columns.T, U @ U.T, subject="the space of column_basis")


@pytest.mark.points(1)
@pytest.mark.requires("test_column_basis_vectors")
@pytest.mark.hint("The columns of a zero matrix span nothing but zero: the basis has m rows and no column.")
def test_column_basis_zero_matrix(rng: np.random.Generator) -> None:
    """The basis of a zero matrix has no column."""
    m, n = (int(length) for length in rng.integers(2, 6, size=2))
    checks.shape(column_basis(np.zeros((m, n))), (m, 0), subject="column_basis")


@pytest.mark.points(1)
@pytest.mark.requires("test_column_basis_vectors")
@pytest.mark.hint("Keep the check that the stub brings: A is a matrix.")
def test_column_basis_errors(rng: np.random.Generator) -> None:
    """An A that is no matrix makes column_basis raise ValueError."""
    checks.raises(ValueError, column_basis, rng.normal(size=4))
