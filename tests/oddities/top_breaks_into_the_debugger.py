"""A breakpoint was left at the bottom, and pdb above it."""

from oddities_course import SOLUTION, definitions, module

FILES = {"ridge.py": module(SOLUTION, "import pdb; pdb.set_trace()\nbreakpoint()")}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
