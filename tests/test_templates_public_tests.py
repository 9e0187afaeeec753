"""A public suite as cells: each test a function that is called, what they share in one cell, pytest left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import PUBLIC, write_files

from autograder.templates.public_tests import read_public_cells

SUITE = '''\
"""The suite."""

import numpy as np
import pytest
import steps
from steps import double

from autograder import checks

pytestmark = pytest.mark.in_place("x")
NUMBERS = np.arange(3)


def helper():
    """Help."""
    return NUMBERS


# A remark.
@pytest.mark.points(2)
@pytest.mark.hint("Two times.")
def test_double():
    """Doubles."""
    assert (double(helper()) == 2 * NUMBERS).all()


@pytest.mark.parametrize("n", [1, 2])
def test_cases(n):
    """Cases."""


def test_drawn(rng):
    """Draws."""


class TestMore:
    def test_one(self):
        """One."""


@checks.probe
def look(x):
    from steps import double

    return double(x)
'''


def test_cells_of_a_suite(tmp_path: Path) -> None:
    """A test loses its marks and is called; the import of the student's names is dropped; a probe can import them."""
    path = write_files(tmp_path, {"test_public.py": SUITE}) / "test_public.py"
    cells = read_public_cells([path], ["steps"])
    assert list(cells.tests) == ["test_double"]
    assert cells.tests["test_double"] == (
        '# A remark.\ndef test_double():\n    """Doubles."""\n    assert (double(helper()) == 2 * NUMBERS).all()\n'
        "\n\ntest_double()"
    )
    assert cells.shared.startswith('import sys\n\nsys.modules["steps"] = sys.modules["__main__"]\n')
    for kept in (
        "import numpy as np",
        "import pytest",
        "pytestmark =",
        "NUMBERS =",
        "def helper",
        "@checks.probe\ndef",
    ):
        assert kept in cells.shared
    assert "import steps\n" in cells.shared
    assert "\nfrom steps import double\n" not in cells.shared.replace("    from steps import double", "")
    assert "def test_" not in cells.shared


def test_pytest_that_only_marks_use_is_left_out(tmp_path: Path) -> None:
    """A notebook of a suite of plain tests does not need pytest."""
    path = write_files(tmp_path, {"test_public.py": PUBLIC}) / "test_public.py"
    cells = read_public_cells([path], ["steps"])
    assert cells.shared == "import numpy as np\n"
    namespace: dict[str, object] = {"double": lambda x: 2 * x, "total": sum}
    exec(cells.shared + cells.tests["test_double_small"] + "\n" + cells.tests["test_total_small"], namespace)
    with pytest.raises(AssertionError):
        exec(cells.shared + cells.tests["test_double_small"], {"double": lambda x: 3 * x})
