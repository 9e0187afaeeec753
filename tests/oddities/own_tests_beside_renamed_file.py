"""homework.py holds the functions, test_mine.py imports them from it."""

from oddities_course import SOLUTION

FILES = {
    "homework.py": SOLUTION,
    "test_mine.py": "from homework import fit, ridge_loss\n\n\ndef test_fit():\n    assert fit is not None\n",
}
SCORE = 100
SAYS = r"homework\.py"
PLAIN = SOLUTION
