"""The functions return lists for arrays, and a list for the tuple."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        IMPORTS,
        STANDARDISE.replace(
            "return (X - mean) / std, mean, std", "return [((X - mean) / std).tolist(), mean.tolist(), std.tolist()]"
        ),
        LOSS,
        GRADIENT.replace("return 2 * X.T @ (X @ w - y) / len(y) + 2 * l2 * w", "return list(_gradient(w, X, y, l2))"),
        GRADIENT.replace("ridge_gradient", "_gradient"),
        FIT.replace("ridge_gradient", "_gradient").replace("return w", "return w.tolist()"),
    )
}
SCORE = 100
