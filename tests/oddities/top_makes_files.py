"""The file makes a folder, writes a log and saves weights, below the functions."""

from oddities_course import DEMO, SOLUTION, module

WRITE = """\
os.makedirs("plots/final", exist_ok=True)
log = open("log.txt", "w")
log.write("started\\n")
np.save("plots/weights.npy", fit(Z_demo, y_demo))
"""
FILES = {"ridge.py": module("import os", SOLUTION, DEMO, WRITE)}
SCORE = 100
