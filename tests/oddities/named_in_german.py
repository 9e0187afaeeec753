"""The file's name holds spaces, a dash, an umlaut and an emoji."""

from oddities_course import SOLUTION

FILES = {"\u00dcbung 2 \u2013 L\u00f6sung \N{PARTY POPPER}.py": SOLUTION}
SCORE = 100
SAYS = r"bung 2"
PLAIN = SOLUTION
