"""The file exits above the functions, with a word on how to use it, where it is started without arguments."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

USAGE = 'import sys\n\nif len(sys.argv) < 2:\n    print("usage: ridge.py DATA")\n    sys.exit(1)\n'
FILES = {"ridge.py": module(USAGE, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"exit|line \d+"
PLAIN = definitions(FILES["ridge.py"])
