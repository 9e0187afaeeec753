"""One file without a folder, called after the student, as some courses ask it."""

from oddities_course import SOLUTION

FILES = {"student.py": SOLUTION}
BARE = True
SCORE = 100
PLAIN = SOLUTION
