"""hw2.py holds the functions and imports a module of the student's own, which holds none of them."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, module

HELPER = 'def squared(v):\n    """The squared norm of v."""\n    return (v * v).sum()\n'
FILES = {
    "hw2.py": module(
        IMPORTS,
        "from numerics import squared",
        STANDARDISE,
        LOSS.replace("np.sum(w**2)", "squared(w)"),
        GRADIENT,
        FIT,
    ),
    "numerics.py": module(HELPER),
}
SCORE = 100
SAYS = r"hw2\.py"
PLAIN = SOLUTION
