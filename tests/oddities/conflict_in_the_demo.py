"""Git's conflict marks stand in the lines below the functions that try them out."""

from oddities_course import DEMO, SOLUTION, module

CONFLICT = "<<<<<<< HEAD\nprint(fit(Z_demo, y_demo))\n=======\nprint(fit(Z_demo, y_demo, 0.1))\n>>>>>>> main\n"
FILES = {"ridge.py": module(SOLUTION, DEMO, CONFLICT)}
SCORE = 100
SAYS = r"conflict|merge|<<<<|line \d+"
PLAIN = SOLUTION
