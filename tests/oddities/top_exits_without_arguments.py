"""The file exits above the functions, with a word on how to use it, where it is started without its three arguments."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

USAGE = 'import sys\n\nif len(sys.argv) != 4:\n    print("usage: ridge.py DATA EPOCHS SEED")\n    sys.exit(1)\n'
FILES = {"ridge.py": module(USAGE, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"exit|line \d+"
PLAIN = definitions(FILES["ridge.py"])
