"""The module is a package: ridge/__init__.py imports from ridge/core.py and ridge/descent.py."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge/__init__.py": "from .core import ridge_gradient, ridge_loss, standardise\nfrom .descent import fit\n",
    "ridge/core.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT),
    "ridge/descent.py": module(IMPORTS, "from .core import ridge_gradient", FIT),
}
SCORE = 100
