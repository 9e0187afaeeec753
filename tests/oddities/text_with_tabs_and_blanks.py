"""In one function tabs and blanks are mixed so that Python cannot tell how deep a line is: that function is lost."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS.replace("    return", "\treturn"), GRADIENT, FIT)}
SCORE = 75
SAYS = r"tab|indent|line \d+"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
