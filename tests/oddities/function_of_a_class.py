"""The functions are static methods of a class, and handed out at the end."""

import textwrap

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

METHODS = "\n".join(
    "    @staticmethod\n" + textwrap.indent(part, "    ") for part in (STANDARDISE, LOSS, GRADIENT, FIT)
)
OUT = """\
standardise = Ridge.standardise
ridge_loss = Ridge.ridge_loss
ridge_gradient = Ridge.ridge_gradient
fit = Ridge.fit
"""
FILES = {"ridge.py": module(IMPORTS, "class Ridge:\n" + METHODS, OUT)}
SCORE = 100
