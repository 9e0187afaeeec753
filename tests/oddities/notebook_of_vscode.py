"""A notebook of VS Code: sources as one text, ids, Windows' line ends, its own metadata, no execution counts."""

import json

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE

CELLS = [
    {
        "cell_type": "code",
        "execution_count": None,
        "id": f"{number:08x}",
        "metadata": {"vscode": {"languageId": "python"}, "pycharm": {"name": "#%%\n"}},
        "outputs": [],
        "source": text.replace("\n", "\r\n"),
    }
    for number, text in enumerate([IMPORTS, STANDARDISE, "#%%\n" + LOSS, GRADIENT, FIT])
]
METADATA = {"language_info": {"name": "python"}, "orig_nbformat": 4, "vscode": {"interpreter": {"hash": "31f2"}}}
FILES = {
    "ridge.ipynb": json.dumps({"cells": CELLS, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}),
}
SCORE = 100
PLAIN = SOLUTION
