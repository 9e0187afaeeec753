"""Raises a class that is called ValueError and is none.

alone: passes test_name
here: all but test_name
"""


class ValueError(Exception):
    pass


def check_name(n):
    raise ValueError("negative")


def check_text(X):
    raise __builtins__["ValueError"](f"{X.sum():.6f}")


check_args = fail = check_text


def fail(trick):
    raise __builtins__["ValueError"]("as it should")


def check_kinds(n):
    raise __builtins__["ValueError"]("size") if n else KeyError("name")
