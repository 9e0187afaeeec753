"""The upload broke off in the middle of the zip."""

from oddities_course import SOLUTION, zipped

FILES = {"hw2.zip": zipped({"ridge.py": SOLUTION, "noise.bin": bytes(range(256)) * 64})[:400]}
SCORE = 0
SAYS = r"hw2\.zip|zip|archive"
