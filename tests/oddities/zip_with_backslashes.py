"""A zip of an old Windows program, whose names are parted by backslashes."""

from oddities_course import SOLUTION, zipped

FILES = {"hw2.zip": zipped({"hw2\\ridge.py": SOLUTION, "hw2\\data\\housing.csv": "1,2\n"})}
SCORE = 100
PLAIN = SOLUTION
