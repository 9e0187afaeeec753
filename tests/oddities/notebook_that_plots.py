"""Cells plot, show and display tables."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS + "import matplotlib.pyplot as plt\nimport pandas as pd\nfrom IPython.display import display, HTML",
        STANDARDISE,
        LOSS,
        "fig, ax = plt.subplots(figsize=(4, 3))\nax.plot(np.arange(3));\nplt.show()",
        GRADIENT,
        FIT,
        DEMO,
        "df = pd.DataFrame(Z_demo)\ndisplay(df)\ndf.head()",
    )
}
SCORE = 100
PLAIN = SOLUTION
