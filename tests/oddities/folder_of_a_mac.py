"""A Mac left .DS_Store, ._ridge.py and __MACOSX behind."""

from oddities_course import SOLUTION

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(64)
FILES = {
    ".DS_Store": b"\x00\x00\x00\x01Bud1" + bytes(100),
    "._ridge.py": APPLE_DOUBLE,
    "__MACOSX/._ridge.py": APPLE_DOUBLE,
    "ridge.py": SOLUTION,
}
SCORE = 100
