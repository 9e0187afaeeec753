"""A tar.gz with folders, as Linux makes it."""

from oddities_course import SOLUTION, tarred

FILES = {"hw2.tar.gz": tarred({"hw2/ridge.py": SOLUTION, "hw2/README": "two lines\n"})}
SCORE = 100
PLAIN = SOLUTION
