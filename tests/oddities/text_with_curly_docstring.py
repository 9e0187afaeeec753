"""A docstring holds Word's quotes and dashes in Windows' own character set, and no coding line says so."""

from oddities_course import SOLUTION

FILES = {
    "ridge.py": SOLUTION.encode().replace(b"The mean squared error", b"The \x93mean squared error\x94 \x96 MSE \x96")
}
SCORE = 100
SAYS = r"UTF.?8|encod|character|byte"
PLAIN = SOLUTION
