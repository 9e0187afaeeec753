"""A zip into which ridge.py was added again after the last mistake was mended: the last counts."""

from oddities_course import SOLUTION, WRONG, zipped

# the second name is patched afterwards, so that no library can object to a name that is there already
TWICE = zipped([("ridge.py", WRONG), ("rid@e.py", SOLUTION)]).replace(b"rid@e.py", b"ridge.py")
FILES = {"hw2.zip": TWICE}
SCORE = 100
SAYS = r"twice|two|second|duplicate|same name|last|more than once"
PLAIN = SOLUTION
