"""The file trains for half a second, which an import may take."""

from oddities_course import DEMO, SOLUTION, module

TRAIN = """\
import time

started = time.process_time()
while time.process_time() - started < 0.5:
    weights = fit(Z_demo, y_demo)
print("weights", weights)
"""
FILES = {"ridge.py": module(SOLUTION, DEMO, TRAIN)}
SCORE = 100
