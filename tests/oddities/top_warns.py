"""The file warns, and makes errors of all later warnings."""

from oddities_course import FUNCTIONS, IMPORTS, module

WARN = """\
import warnings

warnings.warn("this is homework")
np.log(np.zeros(1))
warnings.filterwarnings("error")
warnings.simplefilter("error")
"""
FILES = {"ridge.py": module(IMPORTS, WARN, FUNCTIONS)}
SCORE = 100
