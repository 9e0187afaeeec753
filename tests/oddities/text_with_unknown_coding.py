"""The coding line names a character set that Python does not know; the text is plain ASCII."""

from oddities_course import SOLUTION

FILES = {"ridge.py": "# -*- coding: utf8-unix-bom -*-\n" + SOLUTION}
SCORE = 100
SAYS = r"encod|coding|utf8-unix-bom|character"
PLAIN = SOLUTION
