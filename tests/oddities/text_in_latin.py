"""The text is in Latin-1, and a coding line says so."""

from oddities_course import SOLUTION

FILES = {"ridge.py": ('# -*- coding: latin-1 -*-\nAUTHOR = "J\u00fcrgen Gro\u00df"\n' + SOLUTION).encode("latin-1")}
SCORE = 100
