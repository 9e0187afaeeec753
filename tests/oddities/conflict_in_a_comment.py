"""Git's conflict marks stand around two versions of a comment at the top."""

from oddities_course import SOLUTION

FILES = {"ridge.py": "<<<<<<< HEAD\n# homework 2\n=======\n# homework two\n>>>>>>> origin/main\n" + SOLUTION}
SCORE = 100
SAYS = r"conflict|merge|<<<<|line \d+"
PLAIN = SOLUTION
