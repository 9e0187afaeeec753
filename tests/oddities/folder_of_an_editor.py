"""Git, two editors, a stale bytecode cache and a virtual environment's marker lie beside."""

from oddities_course import SOLUTION, WRONG

FILES = {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".vscode/settings.json": "{}\n",
    ".idea/workspace.xml": "<project/>\n",
    "__pycache__/ridge.cpython-39.pyc": b"a\r\r\n" + bytes(12),
    "venv/pyvenv.cfg": "home = /usr/bin\n",
    "venv/lib/python3.9/site-packages/ridge.py": WRONG,
    "ridge.py": SOLUTION,
}
SCORE = 100
