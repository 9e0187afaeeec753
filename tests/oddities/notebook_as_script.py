"""The script that `jupyter nbconvert` made of a notebook: its magics are calls of get_ipython."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, definitions, module

TEXT = module(
    "#!/usr/bin/env python\n# coding: utf-8\n\n# # Homework 2\n\n# In[1]:",
    "get_ipython().system('pip install tqdm')\nget_ipython().run_line_magic('matplotlib', 'inline')",
    IMPORTS,
    "# In[2]:",
    STANDARDISE,
    LOSS,
    "# In[ ]:",
    "get_ipython().run_cell_magic('time', '', 'x = 1\\n')",
    GRADIENT,
    FIT,
    DEMO,
    "get_ipython().run_line_magic('pinfo', 'fit')",
)
FILES = {"ridge.py": TEXT}
SCORE = 100
# was SAYS = r"get_ipython|line \d+": the calls do nothing here, so nothing is passed over that could be said
PLAIN = definitions(TEXT)
