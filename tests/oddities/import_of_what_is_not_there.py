"""A module of the student's own was not handed in; no function needs it."""

from oddities_course import DEMO, FUNCTIONS, IMPORTS, SOLUTION, module

FILES = {"ridge.py": module(IMPORTS, "import my_plots\nfrom my_plots import curve", FUNCTIONS, DEMO, "curve(Z_demo)")}
SCORE = 100
SAYS = r"my_plots"
PLAIN = SOLUTION
