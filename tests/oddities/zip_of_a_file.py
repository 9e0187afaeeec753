"""A zip that holds the file."""

from oddities_course import SOLUTION, zipped

FILES = {"homework2.zip": zipped({"ridge.py": SOLUTION})}
SCORE = 100
PLAIN = SOLUTION
