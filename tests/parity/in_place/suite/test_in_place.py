import numpy as np
import pytest
from work import Scaler, fill, normalise, sort_rows


@pytest.mark.in_place("X")
def test_array_is_changed():
    X = np.array([[3.0, 1.0], [2.0, 5.0]])
    assert sort_rows(X) is None
    assert X.tolist() == [[1.0, 3.0], [2.0, 5.0]]


@pytest.mark.in_place("X")
def test_array_by_keyword():
    X = np.array([[3.0, 1.0]])
    sort_rows(X=X)
    assert X.tolist() == [[1.0, 3.0]]


@pytest.mark.in_place("items", "table")
def test_list_and_dict_are_changed():
    items, table = [3], {"a": 1}
    fill(items, table)
    assert items == [3, 4]
    assert table == {"b": 2}


@pytest.mark.in_place("x")
def test_method():
    x = np.ones(3)
    Scaler(2.0).scale(x)
    assert x.tolist() == [2.0, 2.0, 2.0]


def test_no_change():
    x = np.array([3.0, 4.0])
    y = normalise(x)
    assert np.allclose(y, [0.6, 0.8])
    assert x.tolist() == [3.0, 4.0]
