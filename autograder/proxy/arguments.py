"""The arguments of one call: their names, and what becomes of those that the student's code changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Given:
    """The arguments of one request, as they were given."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    names: list[str]

    def value(self, key: int | str) -> Any:
        return self.args[key] if isinstance(key, int) else self.kwargs[key]

    def name(self, key: int | str) -> str:
        """The argument's name in the reference; what the student's side says is a key, never a text to be shown."""
        if isinstance(key, str):
            return key
        return self.names[key] if key < len(self.names) else f"argument {key + 1}"

    def has(self, key: int | str) -> bool:
        """Whether there is an argument of this position or keyword."""
        return key in self.kwargs if isinstance(key, str) else 0 <= key < len(self.args)

    def in_place(self, wanted: frozenset[str]) -> list[int | str]:
        """Keys of the arguments that the test lets be changed."""
        keys: list[int | str] = [*range(len(self.args)), *self.kwargs]
        return [key for key in keys if self.name(key) in wanted]


def give_back(mine: Any, theirs: Any) -> bool:
    """Change a test's own argument to what the student's code made of it; False if that cannot be."""
    if isinstance(mine, (type(None), bool, int, float, complex, str, bytes, tuple)):
        return True  # cannot change
    if type(mine) is not type(theirs):
        return False
    if isinstance(mine, np.ndarray):
        if mine.shape != theirs.shape or mine.dtype != theirs.dtype:
            return False
        mine[...] = theirs
        return True
    if isinstance(mine, list):
        mine[:] = theirs
        return True
    if isinstance(mine, (dict, set)):
        mine.clear()
        mine.update(theirs)
        return True
    if type(mine).__name__ == "Tensor" and mine.shape == theirs.shape and mine.dtype == theirs.dtype:
        mine.data.copy_(theirs)
        return True
    return False
