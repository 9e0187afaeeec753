"""Windows Notepad put a byte order mark in front."""

from oddities_course import SOLUTION

FILES = {"ridge.py": b"\xef\xbb\xbf" + SOLUTION.encode()}
SCORE = 100
