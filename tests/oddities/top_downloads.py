"""The file downloads its data above the functions, where there is no network."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

LOAD = """\
import os
import urllib.request

if not os.path.exists("housing.data"):
    urllib.request.urlretrieve("http://data.invalid/housing.data", "housing.data")
"""
FILES = {"ridge.py": module(LOAD, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"line \d+|network|urlretrieve|URLError|Error"
PLAIN = definitions(FILES["ridge.py"])
