"""A comment of a million characters and a table of a hundred thousand numbers in one line."""

from oddities_course import FUNCTIONS, IMPORTS, module

FILES = {"ridge.py": module(IMPORTS, "# " + "x" * 1_000_000, "TABLE = [" + "0.5, " * 100_000 + "]", FUNCTIONS)}
SCORE = 100
