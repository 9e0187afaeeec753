"""The file turns its output to UTF-8 in two ways, for Windows, and then into a file."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

STREAMS = """\
import io
import sys

sys.stdout.reconfigure(encoding="utf-8")
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
print("\N{GREEK SMALL LETTER LAMDA}")
sys.stdout = open("log.txt", "w")
"""
FILES = {"ridge.py": module(STREAMS, IMPORTS, FUNCTIONS)}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
