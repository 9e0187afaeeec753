"""The file's name is not UTF-8: an old system wrote it in Latin-1."""

from oddities_course import SOLUTION

FILES = {"l\udcf6sung.py": SOLUTION}
SCORE = 100
SAYS = r"l.{1,8}sung"
PLAIN = SOLUTION
