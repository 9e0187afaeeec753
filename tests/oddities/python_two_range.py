"""One function counts with xrange, which Python 3 lacks."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("in range", "in xrange")}
SCORE = 75
