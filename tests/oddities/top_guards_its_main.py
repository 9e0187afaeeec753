"""A main function under `if __name__ == "__main__"` reads, trains and plots."""

from oddities_course import SOLUTION, module

MAIN = """\
def main():
    import matplotlib.pyplot as plt

    X, y = np.load("X.npy"), np.load("y.npy")
    plt.plot(fit(X, y))
    plt.show()


if __name__ == "__main__":
    main()
"""
FILES = {"ridge.py": module(SOLUTION, MAIN)}
SCORE = 100
