import numpy as np
from work import draw, greet, sigmoid

from autograder.checks.probe import probe
from autograder.checks.watch import no_warnings, printed, seeded


def test_no_warning():
    with no_warnings():
        assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]


def test_output():
    with printed() as out:
        greet("Ada")
    assert out.text == "hello Ada\n"


def test_seed():
    with seeded(3):
        one = draw()
    with seeded(3):
        two = draw()
    assert one == two


@probe
def values(x):
    from work import sigmoid

    return [sigmoid(x), sigmoid(-x)]


def test_probe():
    x = np.array([0.5, 2.0])
    one, two = values(x)
    assert np.allclose(one + two, 1)
