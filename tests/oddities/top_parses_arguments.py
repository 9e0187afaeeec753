"""The file parses its command line above the functions, and one argument is required."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

PARSE = """\
import argparse

parser = argparse.ArgumentParser(description="Ridge regression")
parser.add_argument("--data", required=True)
args = parser.parse_args()
"""
FILES = {"ridge.py": module(PARSE, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"exit|argument|parse_args|line \d+"
PLAIN = definitions(FILES["ridge.py"])
