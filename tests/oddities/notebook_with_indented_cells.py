"""A cell is indented as a whole, which Jupyter allows; others are empty or hold a comment alone."""

import textwrap

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS, STANDARDISE, "", textwrap.indent(LOSS, "    "), "# nothing here", GRADIENT, "   \n\n", FIT
    )
}
SCORE = 100
PLAIN = SOLUTION
