"""Lines end in three ways, after work on three machines."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(IMPORTS, STANDARDISE).replace("\n", "\r\n")
    + module(LOSS, GRADIENT)
    + "\r\r"
    + FIT.replace("\n", "\r")
}
SCORE = 100
