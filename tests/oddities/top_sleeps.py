"""The file sleeps for a second, so that the print can be read."""

from oddities_course import SOLUTION, module

FILES = {"ridge.py": module("import time", SOLUTION, 'print("ready")\ntime.sleep(1)')}
SCORE = 100
