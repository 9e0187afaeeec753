"""The file sleeps for ten minutes at the end, so that its window stays open."""

from oddities_course import SOLUTION, definitions, module

FILES = {"ridge.py": module("import time", SOLUTION, 'print("ready")\ntime.sleep(600)')}
SCORE = 100
SAYS = r"time|long|second|limit"
PLAIN = definitions(FILES["ridge.py"])
