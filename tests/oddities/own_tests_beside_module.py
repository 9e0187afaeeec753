"""The student's own tests and conftest.py lie beside; conftest.py fails where the student's folder is not."""

from oddities_course import SOLUTION

FILES = {
    "ridge.py": SOLUTION,
    "conftest.py": 'raise RuntimeError("run me in C:/hw2")\n',
    "test_ridge.py": "from ridge import *\n\n\ndef test_fit():\n    assert False\n",
    "pytest.ini": "[pytest]\naddopts = --cov\n",
}
SCORE = 100
