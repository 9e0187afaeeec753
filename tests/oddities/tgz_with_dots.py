"""A .tgz made by `tar czf hw2.tgz .`, whose names begin with a dot and a slash."""

from oddities_course import SOLUTION, tarred

FILES = {"hw2.tgz": tarred({"./ridge.py": SOLUTION, "./._ridge.py": b"\x00\x05\x16\x07"})}
SCORE = 100
PLAIN = SOLUTION
