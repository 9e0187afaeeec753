"""Ten megabytes are printed above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, module

PRINT = "for epoch in range(100_000):\n    print('epoch', epoch, 'loss', 1 / (epoch + 1), '.' * 80)\n"
FILES = {"ridge.py": module(IMPORTS, PRINT, FUNCTIONS)}
SCORE = 100
