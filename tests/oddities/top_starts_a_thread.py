"""A thread in the background prints a spinner all the while."""

from oddities_course import SOLUTION, module

SPIN = """\
def spin():
    while True:
        time.sleep(0.2)
        print(".", end="", flush=True)


threading.Thread(target=spin, daemon=True).start()
"""
FILES = {"ridge.py": module("import threading\nimport time", SOLUTION, SPIN)}
SCORE = 100
