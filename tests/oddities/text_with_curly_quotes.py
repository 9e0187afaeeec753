"""A string of one function was pasted from slides, with curly quotes: Python cannot read that function."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

CURLY = LOSS.replace(
    "    residual",
    "    if len(X) != len(y):\n        raise ValueError(\u201cX and y differ in length\u201d)\n    residual",
)
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, CURLY, GRADIENT, FIT)}
SCORE = 75
SAYS = r"line \d+|character|quot|syntax|parse|ridge_loss"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
