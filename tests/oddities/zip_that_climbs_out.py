"""A zip made one folder too low: the notes climb out of it and are dropped, the rest is graded."""

from oddities_course import SOLUTION, zipped

FILES = {"hw2.zip": zipped({"../notes.txt": "remember the milk\n", "ridge.py": SOLUTION})}
SCORE = 100
SAYS = r"notes\.txt|outside|climb|left out|dropped|\.\./"
PLAIN = SOLUTION
