"""A zip whose folder has an umlaut in the character set of DOS."""

from oddities_course import SOLUTION, zipped

FILES = {"hw2.zip": zipped({"L@sung/ridge.py": SOLUTION}).replace(b"L@sung", b"L\x94sung")}
SCORE = 100
PLAIN = SOLUTION
