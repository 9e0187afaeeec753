"""The file installs a package and clears the terminal above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

RUN = """\
import os
import subprocess
import sys

os.system("cls" if os.name == "nt" else "clear")
subprocess.run([sys.executable, "-m", "no_such_installer", "install", "tqdm"], check=True)
"""
FILES = {"ridge.py": module(RUN, IMPORTS, FUNCTIONS)}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
