"""Only the report was handed in."""

FILES = {"report.pdf": b"%PDF-1.5\n" + bytes(range(256))}
SCORE = 0
SAYS = r"\bno\b|\bnot\b|nothing|without|missing"
