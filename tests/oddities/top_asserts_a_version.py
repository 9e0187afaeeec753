"""The file insists on Python 3.7 above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

INSIST = "import sys\n\nassert sys.version_info[:2] == (3, 7), sys.version\n"
FILES = {"ridge.py": module(INSIST, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"assert|line \d+"
PLAIN = definitions(FILES["ridge.py"])
