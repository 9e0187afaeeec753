"""A comment is in Latin-1, and no coding line says so: Python refuses the file, a reader does not."""

from oddities_course import SOLUTION

FILES = {"ridge.py": ("# Autor: J\u00fcrgen Gro\u00df\n" + SOLUTION).encode("latin-1")}
SCORE = 100
SAYS = r"UTF.?8|encod|character|byte"
PLAIN = SOLUTION
