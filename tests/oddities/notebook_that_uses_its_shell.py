"""Cells use Jupyter's own names: Out, In, _, get_ipython."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        "get_ipython().run_line_magic('matplotlib', 'inline')\n" + IMPORTS,
        STANDARDISE,
        "Out[3] + _ + _12",
        LOSS,
        "print(In[1])",
        GRADIENT,
        "exit()",
        FIT,
        "%reset -f",
    )
}
SCORE = 100
PLAIN = SOLUTION
