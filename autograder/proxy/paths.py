"""A name in a module of the student's, as a value that crosses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModulePath:
    """`module.name` on the student's side."""

    module: str
    name: str
