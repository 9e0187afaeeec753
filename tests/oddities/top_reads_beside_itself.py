"""The file reads a small data file that was handed in with it, found by __file__ and by a relative path."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

READ = """\
import json
import os
from pathlib import Path

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "constants.json")) as file:
    CONSTANTS = json.load(file)
FACTOR = float(Path("data/factor.txt").read_text())
"""
FILES = {
    "ridge.py": module(
        IMPORTS,
        READ,
        STANDARDISE,
        LOSS,
        GRADIENT.replace("2 * X.T", "FACTOR * X.T"),
        FIT.replace("l2=0.0", 'l2=CONSTANTS["l2"]'),
    ),
    "constants.json": '{"l2": 0.0}\n',
    "data/factor.txt": "2.0\n",
}
SCORE = 100
