"""Arrays of another byte order, not contiguous, read-only, in Fortran's order."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

ODD = """\
    out = np.repeat(2 * X.T @ (X @ w - y) / len(y) + 2 * l2 * w, 2)[::2]
    out.flags.writeable = False
    return out
"""
FILES = {
    "ridge.py": module(
        IMPORTS,
        STANDARDISE.replace("return (X - mean) / std", "return np.asfortranarray((X - mean) / std)"),
        LOSS,
        GRADIENT[: GRADIENT.index("    return")] + ODD,
        FIT.replace("return w", "return w.astype('>f8')"),
    )
}
SCORE = 100
