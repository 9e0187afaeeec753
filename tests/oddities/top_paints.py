"""Seaborn paints the demo's data."""

from oddities_course import DEMO, SOLUTION, module

FILES = {
    "ridge.py": module(
        "import seaborn as sns\nsns.set_theme(style='whitegrid')",
        SOLUTION,
        DEMO,
        "axes = sns.heatmap(Z_demo)\naxes.set_title('Z')\naxes.figure.savefig('z.png')",
    )
}
SCORE = 100
