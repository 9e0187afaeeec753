"""Outputs of 8 MB: figures, a log, an error's coloured traceback."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, code, notebook

FIGURE = {
    "output_type": "display_data",
    "metadata": {},
    "data": {"image/png": "iVBORw0KGgo" * 500_000, "text/plain": ["<Figure>"]},
}
LOG = {"output_type": "stream", "name": "stdout", "text": ["epoch 1: loss 0.693\n"] * 100_000}
ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["\u001b[0;31mKeyError\u001b[0m"]}
FILES = {
    "ridge.ipynb": notebook(
        IMPORTS, code(STANDARDISE, outputs=[FIGURE]), code(LOSS, outputs=[LOG]), code(GRADIENT, outputs=[ERROR]), FIT
    )
}
SCORE = 100
PLAIN = SOLUTION
