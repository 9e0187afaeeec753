"""Type hints everywhere, of names that do not exist at run time."""

from oddities_course import FIT, GRADIENT, LOSS, STANDARDISE, module

HEADER = """\
from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from jaxtyping import Float

Vector: TypeAlias = "npt.NDArray[np.float64]"
"""
FILES = {
    "ridge.py": module(
        HEADER,
        STANDARDISE.replace("(X)", "(X: Float[Matrix, 'n m']) -> tuple[Matrix, Vector, Vector]"),
        LOSS.replace("(w, X, y, l2)", "(w: Vector, X: Matrix, y: Vector, l2: float) -> float"),
        GRADIENT.replace("(w, X, y, l2):", "(w: Vector, X: Matrix, y: Vector, l2: float, /) -> Vector:"),
        FIT.replace("epochs=100):", "epochs: int | None = 100) -> Vector:"),
    )
}
SCORE = 100
