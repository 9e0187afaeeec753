"""The notebook was saved by Windows Notepad, with a byte order mark in front."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"ridge.ipynb": b"\xef\xbb\xbf" + notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)}
SCORE = 100
PLAIN = SOLUTION
