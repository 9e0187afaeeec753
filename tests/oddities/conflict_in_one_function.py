"""Git's conflict marks stand in one function."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

RETURN = LOSS.splitlines()[-1]
CONFLICT = f"<<<<<<< HEAD\n{RETURN}\n=======\n    return float(np.sum(residual**2))\n>>>>>>> 3f2a1c (second try)"
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS.replace(RETURN, CONFLICT), GRADIENT, FIT)}
SCORE = 75
SAYS = r"conflict|merge|<<<<|line \d+"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
