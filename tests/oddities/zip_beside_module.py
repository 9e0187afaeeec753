"""The same work twice: the file, and an older zip of it."""

from oddities_course import SOLUTION, WRONG, zipped

FILES = {"ridge.py": SOLUTION, "backup.zip": zipped({"ridge_old.py": WRONG})}
SCORE = 100
