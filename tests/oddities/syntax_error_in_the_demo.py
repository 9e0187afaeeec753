"""The functions are fine; the lines below that try them out do not parse."""

from oddities_course import DEMO, SOLUTION, module

FILES = {"ridge.py": module(SOLUTION, DEMO, "print(ridge_loss(np.zeros(2), Z_demo, y_demo, 0.1)\nplot = = 3\n")}
SCORE = 100
SAYS = r"line \d+"
PLAIN = SOLUTION
