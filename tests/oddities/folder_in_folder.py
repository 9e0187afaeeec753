"""The file lies four folders deep, with nothing beside."""

from oddities_course import SOLUTION

FILES = {"Homework 2/final/submission/src/ridge.py": SOLUTION}
SCORE = 100
PLAIN = SOLUTION
