"""`__all__` names one function alone."""

from oddities_course import FUNCTIONS, IMPORTS, module

FILES = {"ridge.py": module(IMPORTS, '__all__ = ["fit"]\n__version__ = "0.2"', FUNCTIONS)}
SCORE = 100
