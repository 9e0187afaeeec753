"""The file allocates 80 GB below the functions, by a demo of a kernel matrix."""

from oddities_course import SOLUTION, definitions, module

FILES = {"ridge.py": module(SOLUTION, "kernel = np.ones((100_000, 100_000))\nprint(kernel.sum())")}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
