"""One function is cached by lru_cache, which cannot take arrays."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        "from functools import lru_cache", IMPORTS, STANDARDISE, "@lru_cache(maxsize=None)\n" + LOSS, GRADIENT, FIT
    )
}
SCORE = 75
