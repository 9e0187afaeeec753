"""Comments and a docstring hold line separators of Unicode, which end no line of Python."""

from oddities_course import FUNCTIONS, IMPORTS, module

FILES = {
    "ridge.py": module(
        '"""Homework 2.\u2028Ridge regression.\u0085By me."""',
        "# pasted\u2028def fit(): pass\u2029",
        IMPORTS,
        FUNCTIONS,
    )
}
SCORE = 100
