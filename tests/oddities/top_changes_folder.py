"""The file goes to a folder of the student's machine, above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

FILES = {
    "ridge.py": module("import os\nimport sys\n\nsys.path.append('..')\nos.chdir('/Users/me/hw2')", IMPORTS, FUNCTIONS)
}
SCORE = 100
SAYS = r"hw2|chdir|line \d+"
PLAIN = definitions(FILES["ridge.py"])
