"""The lines that try the functions out print as in Python 2."""

from oddities_course import DEMO, SOLUTION, module

FILES = {"ridge.py": module(SOLUTION, DEMO, 'print "weights", fit(Z_demo, y_demo)')}
SCORE = 100
SAYS = r"Python 2|print|line \d+"
PLAIN = SOLUTION
