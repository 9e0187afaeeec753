"""A .rar archive, which nothing here can open: the student is told to hand in something else."""

FILES = {"homework.rar": b"Rar!\x1a\x07\x01\x00" + bytes(range(256))}
SCORE = 0
SAYS = r"rar"
