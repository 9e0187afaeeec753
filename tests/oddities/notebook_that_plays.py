"""Widgets, a video and a progress bar of notebooks stand between the functions."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS + "import ipywidgets as widgets\nfrom ipywidgets import interact",
        STANDARDISE,
        "from IPython.display import YouTubeVideo\nYouTubeVideo('dQw4w9WgXcQ')",
        LOSS,
        "@interact(l2=(0.0, 1.0))\ndef show(l2=0.1):\n    return ridge_loss(np.ones(2), np.eye(2), np.ones(2), l2)",
        GRADIENT,
        "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3)): pass",
        FIT,
    )
}
SCORE = 100
PLAIN = SOLUTION
