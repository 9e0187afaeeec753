"""The file plots between the functions and shows the figure at the end."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        "import matplotlib\nimport matplotlib.pyplot as plt\nmatplotlib.use('TkAgg')\nplt.style.use('ggplot')",
        IMPORTS,
        STANDARDISE,
        LOSS,
        DEMO,
        "fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))\nleft.plot(y_demo, label='y')\nleft.legend()",
        GRADIENT,
        FIT,
        "lines, = plt.plot(fit(Z_demo, y_demo))\nplt.title('weights')\nplt.show()",
    )
}
SCORE = 100
PLAIN = FILES["ridge.py"].replace("lines, =", "lines =").replace("fig, (left, right) =", "fig = left =")
