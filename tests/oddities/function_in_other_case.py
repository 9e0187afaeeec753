"""One function is called Standardise, another way to write it: its name is part of the task."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("def standardise", "def Standardise")}
SCORE = 80
