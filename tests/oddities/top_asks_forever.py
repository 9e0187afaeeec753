"""A menu at the bottom asks again and again until it gets a number, whatever goes wrong."""

from oddities_course import SOLUTION, definitions, module

MENU = """\
while True:
    try:
        choice = int(input("1 train, 2 quit: "))
        break
    except Exception:
        print("please try again")
"""
FILES = {"ridge.py": module(SOLUTION, MENU)}
SCORE = 100
PLAIN = definitions(SOLUTION)
