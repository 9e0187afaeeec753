"""The file asks for the student's name before anything else."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

TEXT = module(IMPORTS, 'name = input("Your name: ")\nprint("Hello", name.upper())', FUNCTIONS)
FILES = {"ridge.py": TEXT}
SCORE = 100
SAYS = r"input"
PLAIN = definitions(TEXT)
