"""A comment is in Latin-1, and no coding line says so: `import ridge` works for the student all the same."""

from oddities_course import SOLUTION

FILES = {"ridge.py": ("# Autor: J\u00fcrgen Gro\u00df\n" + SOLUTION).encode("latin-1")}
SCORE = 100
