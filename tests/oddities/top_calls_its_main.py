"""A main function that reads data which is not there is called without a guard."""

from oddities_course import SOLUTION, definitions, module

MAIN = 'def main():\n    X = np.load("X.npy")\n    print(fit(X, np.load("y.npy")))\n\n\nmain()\n'
FILES = {"ridge.py": module(SOLUTION, MAIN)}
SCORE = 100
SAYS = r"X\.npy|line \d+|main"
PLAIN = definitions(FILES["ridge.py"])
