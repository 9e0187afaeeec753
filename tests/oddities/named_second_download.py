"""The browser called the second download `ridge (1).py`."""

from oddities_course import SOLUTION

FILES = {"ridge (1).py": SOLUTION}
SCORE = 100
SAYS = r"ridge \(1\)\.py"
PLAIN = SOLUTION
