"""An early draft lies in a package of the module's name, beside ridge.py."""

from oddities_course import SOLUTION, WRONG

FILES = {"ridge.py": SOLUTION, "ridge/__init__.py": WRONG}
SCORE = 100
PLAIN = SOLUTION
