"""A zip in which ridge.py is a symbolic link to src/ridge.py, which is there too."""

import zipfile

from oddities_course import SOLUTION, zipped

LINK = zipfile.ZipInfo("ridge.py")
LINK.create_system, LINK.external_attr = 3, 0o120777 << 16
FILES = {"hw2.zip": zipped([(LINK, "src/ridge.py"), ("src/ridge.py", SOLUTION)])}
SCORE = 100
SAYS = r"link"
PLAIN = SOLUTION
