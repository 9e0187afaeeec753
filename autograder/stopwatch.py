"""Time that was waited, as far as the machine was there to wait."""

from __future__ import annotations

import time
from typing import Final

_MOST_S: Final = 1.0


class Stopwatch:
    """Wall seconds for which something was waited.

    It is looked at again and again while one waits. Of a longer gap between two looks one second counts: the machine,
    or the process that waits, stood still then (a suspended laptop, a paused virtual machine, SIGSTOP).
    """

    def __init__(self) -> None:
        self.waited_s = 0.0
        self._looked_s = time.monotonic()

    def look(self) -> float:
        """What was waited until now."""
        now_s = time.monotonic()
        self.waited_s += min(max(0.0, now_s - self._looked_s), _MOST_S)
        self._looked_s = now_s
        return self.waited_s

    def skip(self, wall_s: float) -> None:
        """Leave out what just passed: it was somebody else's time."""
        self._looked_s += wall_s
