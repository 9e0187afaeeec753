"""Display packages in the sandbox: what homework does with them runs, and changes nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest
from boundary import Student

from autograder.sandbox import Zygote, open_sandbox


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """The real backend, warm."""
    sandbox = open_sandbox("namespaces", ["numpy"])
    yield sandbox
    sandbox.close()


USES = {
    "axes by index": "fig, ax = plt.subplots(2, 2)\nax[0, 1].plot([1]); ax[1][0].hist([1])\nn = ax.size - 3",
    "axes in a loop": "fig, ax = plt.subplots(2, 3)\nn = -5\nfor a in ax.flat:\n    a.axis('off'); n += 1",
    "axes in rows": "fig, ax = plt.subplots(2, 3)\nn = -5\nfor row in ax:\n    for a in row: a.set_title('t'); n += 1",
    "axes that are unpacked": "fig, (a, b, c) = plt.subplots(1, 3)\nfig, ((a, b), (c, d)) = plt.subplots(2, 2)\nn = 1",
    "one of axes": "fig, ax = plt.subplots()\nax.plot([1], label='x').foo\nline, = ax.plot([1])\nn = 1",
    "axes of a figure": "ax = plt.figure(figsize=(3, 3)).subplots(nrows=2, ncols=1)\nn = len(ax.ravel()) - 1",
    "results of a plot": "counts, bins, patches = plt.hist([1])\na, b = plt.gca().get_ylim()\nn = 1 + 0 * float(a)",
    "reckoning": "top = 1.1 * plt.gca().get_ylim()[1] + 1\nc = plt.cm.tab10.colors\nc[7 % len(c)]\nn = 1",
    "settings": "plt.rcParams['figure.figsize'] = (3, 3); plt.style.use('x'); matplotlib.use('TkAgg')\n"
    "n = len(matplotlib.__version__)",
    "three dimensions": "from mpl_toolkits.mplot3d import Axes3D\nn = 1",
    "subclass": "class A(matplotlib.animation.FuncAnimation): pass\nA(1)\nn = 1",
    "seaborn and plotly": "import seaborn as sns, plotly.express as px\nimport plotly.graph_objects as go\n"
    "sns.heatmap([[1]]).set_title('x'); px.line(x=[1]).show(); go.Figure().show()\nn = 1",
    "display": "from IPython.display import display, HTML, clear_output\ndisplay(HTML('x')); clear_output()\nn = 1",
    "display without import": "display(3); get_ipython().run_line_magic('matplotlib', 'inline')\nn = 1",
    "shell line": "n = 1 + len(get_ipython().getoutput('ls'))",
    "display as a module": "from IPython import display, get_ipython\n"
    "display.clear_output(); get_ipython().system('ls')\nn = 1",
    "bar": "from tqdm.notebook import tqdm\nbar = tqdm(range(4), desc='x')\nn = -3\n"
    "for i in bar:\n    bar.set_postfix(loss=i); n += 1",
    "bar by hand": "import tqdm\nwith tqdm.tqdm(total=3) as bar:\n    bar.update(1)\ntqdm.tqdm.write('x')\n"
    "n = len(tqdm.trange(3)) - 2",
    "Colab": "from google.colab import drive, files\ndrive.mount('/content')\nn = 1 + len(files.upload())",
    "Colab's modules": "import google.colab.files as f\n"
    "from google.colab.patches import cv2_imshow\nn = 1 + len(f.upload())",
    "widgets": "from ipywidgets import interact\n@interact(x=1)\ndef one(x): return 1\nn = one(1)",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_use_runs_and_does_nothing(zygote: Zygote, use: str) -> None:
    """At the top level and in a function alike, with nothing passed over."""
    body = textwrap.indent(use, "    ")
    student = Student(
        zygote, f"import matplotlib, matplotlib.pyplot as plt\n{use}\ndef f():\n{body}\n    return n, plt\n"
    )
    try:
        assert student.call("f")[0] == 1
        assert student.submission.notes() == []
    finally:
        student.close()


def test_other_packages_of_a_namespace_are_real(zygote: Zygote) -> None:
    """`google` is Colab alone: nobody is given an inert protobuf."""
    student = Student(zygote, "def f():\n    import google.protobuf\n")
    with pytest.raises(ImportError):
        student.call("f")
    student.close()


def test_pandas_is_no_display_package(zygote: Zygote) -> None:
    """What computes has no stand-in: a data frame that holds nothing would be a wrong answer without a word."""
    student = Student(zygote, "import pandas\ndef f():\n    return pandas.DataFrame()\n")
    with pytest.raises(NameError):
        student.call("f")
    assert "pandas" in student.submission.notes()[0]
    student.close()
