"""A dataclass keeps the settings, a named tuple is returned for a tuple, and an enumeration is there too."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

HEADER = """\
import enum
from collections import namedtuple
from dataclasses import dataclass, field

Standardised = namedtuple("Standardised", "Z mean std")


class Mode(enum.Enum):
    FAST = 1


@dataclass(frozen=True)
class Settings:
    factor: float = 2.0
    names: list = field(default_factory=list)


SETTINGS = Settings()
"""
FILES = {
    "ridge.py": module(
        IMPORTS,
        HEADER,
        STANDARDISE.replace("return (X - mean) / std, mean, std", "return Standardised((X - mean) / std, mean, std)"),
        LOSS,
        GRADIENT.replace("2 * X.T", "SETTINGS.factor * X.T"),
        FIT,
    )
}
SCORE = 100
