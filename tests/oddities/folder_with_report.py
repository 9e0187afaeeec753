"""A report, figures and data lie beside, the module in a folder of its own."""

from oddities_course import SOLUTION

FILES = {
    "report.pdf": b"%PDF-1.5\n" + bytes(range(256)),
    "README.md": "# Homework 2\n",
    "figures/loss.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "code/ridge.py": SOLUTION,
    "data/housing.csv": "1,2\n3,4\n",
}
SCORE = 100
PLAIN = SOLUTION
