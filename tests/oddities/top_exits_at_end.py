"""The file ends with sys.exit()."""

from oddities_course import SOLUTION, definitions, module

FILES = {"ridge.py": module("import sys", SOLUTION, 'print("done")\nsys.exit()')}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
