"""The file is empty: it was handed in before it was saved."""

FILES = {"ridge.py": b""}
SCORE = 0
