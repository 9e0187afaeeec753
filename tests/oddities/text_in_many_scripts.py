"""Docstrings and comments hold emoji, Arabic, Chinese and mathematics; names are Greek."""

from oddities_course import FIT, IMPORTS, LOSS, STANDARDISE, module

PROSE = '"""\N{SNOWMAN} \u5cad\u56de\u5f52 \u0627\u0646\u062d\u062f\u0627\u0631 \u2211\u2096 w\u2096\u00b2"""'
GREEK = """\
def ridge_gradient(w, X, y, l2):
    # \N{GRINNING FACE} \u2207 = 2/n X\u1d40(Xw - y) + 2\u03bbw
    \u03bb, \u03b4 = l2, X @ w - y
    return 2 * X.T @ \u03b4 / len(y) + 2 * \u03bb * w
"""
FILES = {"ridge.py": module(PROSE, IMPORTS, STANDARDISE, LOSS, GREEK, FIT)}
SCORE = 100
