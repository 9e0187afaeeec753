"""Form feeds part the functions, as in old GNU sources."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE

FILES = {"ridge.py": "\f\n".join([IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT])}
SCORE = 100
