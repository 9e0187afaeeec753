"""One function is a functools.partial of a more general one."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

GENERAL = FIT.replace("def fit(X", "def descend(clip, X").replace("return w", "return np.clip(w, -clip, clip)")
FILES = {
    "ridge.py": module(
        "import functools", IMPORTS, STANDARDISE, LOSS, GRADIENT, GENERAL, "fit = functools.partial(descend, 1e9)"
    )
}
SCORE = 100
