"""Functions take more arguments than asked for, all with defaults; there are more functions than asked for."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

MORE = "def plot_loss(history, ax=None):\n    raise NotImplementedError\n\n\ndef test_nothing():\n    assert False\n"
FILES = {
    "ridge.py": module(
        IMPORTS,
        STANDARDISE.replace("(X)", "(X, axis=0, *, verbose=False)"),
        LOSS.replace("l2)", "l2=0.0, reduction='mean', **options)"),
        GRADIENT,
        FIT.replace("epochs=100)", "epochs=100, momentum=0.0, *args)"),
        MORE,
    )
}
SCORE = 100
