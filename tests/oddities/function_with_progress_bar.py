"""A function counts its epochs with tqdm."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

BAR = FIT.replace("for _ in range(epochs):", "bar = tqdm(range(epochs), desc='fit', leave=False)\n    for _ in bar:")
BAR = BAR.replace("y, l2)\n", "y, l2)\n        bar.set_description('loss 0.5')\n        bar.set_postfix(loss=0.5)\n")
FILES = {"ridge.py": module(IMPORTS, "from tqdm.auto import tqdm, trange", STANDARDISE, LOSS, GRADIENT, BAR)}
SCORE = 100
