"""A zip without a folder, called after the student."""

from oddities_course import SOLUTION, zipped

FILES = {"student.zip": zipped({"ridge.py": SOLUTION})}
BARE = True
SCORE = 100
PLAIN = SOLUTION
