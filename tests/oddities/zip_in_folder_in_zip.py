"""A zip, in a folder, in a zip."""

from oddities_course import SOLUTION, zipped

INNER = zipped({"src/ridge.py": SOLUTION})
FILES = {"submission.zip": zipped({"Homework 2/code.zip": INNER, "Homework 2/report.pdf": b"%PDF-1.5\n"})}
SCORE = 100
PLAIN = SOLUTION
