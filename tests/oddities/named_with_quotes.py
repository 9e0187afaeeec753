"""The file's name holds quotes, a semicolon and a dollar sign."""

from oddities_course import SOLUTION

FILES = {'Zoe\'s "ridge"; $HOME.py': SOLUTION}
SCORE = 100
SAYS = r"Zoe"
PLAIN = SOLUTION
