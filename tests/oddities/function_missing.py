"""One function was not done."""

from oddities_course import GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT)}
SCORE = 75
