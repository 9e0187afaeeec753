"""The file reads data.csv, which was not handed in, above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, SOLUTION, module

TEXT = module(IMPORTS, 'data = np.loadtxt("data.csv", delimiter=",")\nX, y = data[:, :-1], data[:, -1]', FUNCTIONS)
FILES = {"ridge.py": TEXT}
SCORE = 100
SAYS = r"data\.csv"
PLAIN = SOLUTION
