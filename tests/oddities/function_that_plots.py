"""A function plots its loss while it fits."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

PLOT = FIT.replace(
    "    return", "    plt.figure(figsize=(4, 3))\n    plt.plot(w)\n    plt.savefig('w.png')\n    return"
)
FILES = {"ridge.py": module(IMPORTS, "import matplotlib.pyplot as plt", STANDARDISE, LOSS, GRADIENT, PLOT)}
SCORE = 100
