"""PowerShell wrote the file in UTF-16, with a byte order mark."""

from oddities_course import SOLUTION

FILES = {"ridge.py": b"\xff\xfe" + SOLUTION.encode("utf-16-le")}
SCORE = 100
SAYS = r"UTF.?16"
PLAIN = SOLUTION
