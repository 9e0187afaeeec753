"""Only __pycache__ was handed in, because the folder was chosen wrongly."""

FILES = {"__pycache__/ridge.cpython-311.pyc": b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(40)}
SCORE = 0
SAYS = r"\bno\b|\bnot\b|nothing|without|missing|bytecode"
