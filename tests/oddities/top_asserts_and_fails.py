"""The student's own check at the bottom fails, because it compares floats for equality."""

from oddities_course import DEMO, SOLUTION, definitions, module

FILES = {"ridge.py": module(SOLUTION, DEMO, "assert fit(Z_demo, y_demo)[0] == 0.1, 'weights'")}
SCORE = 100
SAYS = r"assert|line \d+"
PLAIN = definitions(FILES["ridge.py"])
