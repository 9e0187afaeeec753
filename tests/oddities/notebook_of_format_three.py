"""A notebook of format 3, with worksheets, heading cells and `input` for `source`."""

import json

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE

CELLS = [
    {
        "cell_type": "code",
        "collapsed": False,
        "input": text.splitlines(keepends=True),
        "language": "python",
        "metadata": {},
        "outputs": [],
        "prompt_number": 1,
    }
    for text in (IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)
]
HEADING = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Homework 2"]}
FILES = {
    "ridge.ipynb": json.dumps(
        {
            "metadata": {"name": "ridge"},
            "nbformat": 3,
            "nbformat_minor": 0,
            "worksheets": [{"cells": [HEADING, *CELLS], "metadata": {}}],
        }
    )
}
SCORE = 100
PLAIN = SOLUTION
