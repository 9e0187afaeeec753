"""The functions compute in float32."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        IMPORTS,
        STANDARDISE.replace("float64", "float32"),
        LOSS.replace("float(", "np.float32("),
        GRADIENT.replace("2 * X.T", "X, y, w = (a.astype(np.float32) for a in (X, y, w))\n    return 2 * X.T").replace(
            "return X,", "X,"
        ),
        FIT.replace("shape[1])", "shape[1], dtype=np.float32)"),
    )
}
SCORE = 100
