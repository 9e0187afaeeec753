"""An old editor ended the file with the end-of-file character of DOS."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("\n", "\r\n").encode() + b"\x1a"}
SCORE = 100
SAYS = r"character|line \d+|syntax|parse|1a"
PLAIN = SOLUTION
