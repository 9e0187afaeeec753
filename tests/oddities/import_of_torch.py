"""Torch is imported, and not used."""

from oddities_course import FUNCTIONS, IMPORTS, SOLUTION, module

FILES = {"ridge.py": module(IMPORTS, "import torch\nimport torch.nn as nn", FUNCTIONS)}
SCORE = 100
PLAIN = SOLUTION
