"""Line magics, cell magics above functions, shell lines, and cells of other languages."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n!pip install -q tqdm\n" + IMPORTS,
        "%%time\n" + STANDARDISE,
        "%%capture out\n" + LOSS,
        "files = !ls\nhere = %pwd\n" + GRADIENT,
        FIT + "\n%timeit fit(np.eye(3), np.ones(3))\n",
        "%%bash\nfor f in *.csv; do echo $f; done",
        "%%html\n<b>done</b>",
        "%who",
    )
}
SCORE = 100
PLAIN = SOLUTION
