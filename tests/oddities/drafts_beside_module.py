"""Early drafts lie beside ridge.py: a copy, a backup of the editor, its swap file."""

from oddities_course import SOLUTION, WRONG

FILES = {
    "ridge_old.py": WRONG,
    "ridge.py": SOLUTION,
    "ridge.py~": WRONG,
    "#ridge.py#": WRONG,
    ".ridge.py.swp": b"b0VIM 8.2" + bytes(4096),
    "Copy of ridge.py": WRONG,
}
SCORE = 100
