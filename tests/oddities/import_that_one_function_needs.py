"""A module of the student's own was not handed in; one function needs it, and is lost."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        IMPORTS,
        "from my_numerics import squared",
        STANDARDISE,
        LOSS.replace("np.sum(w**2)", "squared(w)"),
        GRADIENT,
        FIT,
    )
}
SCORE = 75
SAYS = r"my_numerics"
PLAIN = FILES["ridge.py"].replace("from my_numerics import squared", "")
