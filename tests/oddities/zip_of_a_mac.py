"""A zip made by a Mac: __MACOSX, ._ files and .DS_Store beside the student's folder."""

from oddities_course import SOLUTION, zipped

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(64)
FILES = {
    "hw2.zip": zipped(
        {
            "hw2/": b"",
            "hw2/ridge.py": SOLUTION,
            "__MACOSX/hw2/._ridge.py": APPLE_DOUBLE,
            "hw2/.DS_Store": b"\x00\x00\x00\x01Bud1",
            "__MACOSX/hw2/._.DS_Store": APPLE_DOUBLE,
        }
    )
}
SCORE = 100
PLAIN = SOLUTION
