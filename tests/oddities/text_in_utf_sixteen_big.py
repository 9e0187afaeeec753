"""An editor wrote the file in UTF-16, the high byte first, with a byte order mark."""

from oddities_course import SOLUTION

FILES = {"ridge.py": b"\xfe\xff" + SOLUTION.replace("\n", "\r\n").encode("utf-16-be")}
SCORE = 100
SAYS = r"UTF.?16"
PLAIN = SOLUTION
