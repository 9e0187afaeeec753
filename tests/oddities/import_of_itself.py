"""The file imports itself at the bottom, to try what others will see."""

from oddities_course import DEMO, SOLUTION, module

FILES = {"ridge.py": module(SOLUTION, DEMO, "import ridge\n\nprint(ridge.fit(Z_demo, y_demo))")}
SCORE = 100
