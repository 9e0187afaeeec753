"""The file is called ridge_final_v2.py."""

from oddities_course import SOLUTION

FILES = {"ridge_final_v2.py": SOLUTION}
SCORE = 100
SAYS = r"ridge_final_v2\.py"
PLAIN = SOLUTION
