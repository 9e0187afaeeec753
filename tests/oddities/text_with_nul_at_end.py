"""The disk was full: a block of NUL bytes follows the text."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.encode() + bytes(512)}
SCORE = 100
SAYS = r"NUL|null|zero"
PLAIN = SOLUTION
