"""A cell awaits at top level, which Jupyter allows."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS, STANDARDISE, "import asyncio\nawait asyncio.sleep(0)", LOSS, GRADIENT, FIT, "async for x in y: pass"
    )
}
SCORE = 100
PLAIN = SOLUTION
