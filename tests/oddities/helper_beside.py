"""A module of the student's own lies beside, and is imported with a star."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module("from helper import *", FIT),
    "helper.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT),
}
SCORE = 100
