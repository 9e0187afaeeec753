"""Left-overs of a build, ridge.so and ridge.pyc, lie beside ridge.py."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION, "ridge.so": b"\x7fELF\x02\x01\x01" + bytes(64), "ridge.pyc": b"\xa7\r\r\n" + bytes(12)}
SCORE = 100
PLAIN = SOLUTION
