"""A magic and a shell line were pasted into the module."""

from oddities_course import FUNCTIONS, IMPORTS, SOLUTION, module

FILES = {"ridge.py": module("%matplotlib inline\n!pip install tqdm", IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"line \d+|magic|%matplotlib|shell|notebook"
PLAIN = SOLUTION
