"""The file ends in an endless loop."""

from oddities_course import SOLUTION, definitions, module

FILES = {"ridge.py": module(SOLUTION, "while True:\n    pass\n")}
SCORE = 100
SAYS = r"time|long|second|limit|loop|end"
PLAIN = definitions(FILES["ridge.py"])
