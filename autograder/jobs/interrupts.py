"""Ctrl-C between two steps: never in the middle of one, where an answer would be half heard or a report half noted."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Final, Self

_LOOK_S: Final = 0.2


class Interrupts:
    """While it is entered, the first Ctrl-C is kept until somebody asks; the second is one at once."""

    def __init__(self) -> None:
        self.asked = False
        self._installed = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._installed = True
        return self

    def __exit__(self, *error: object) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self.asked:
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        """Sleep; ends with KeyboardInterrupt soon after Ctrl-C."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            self.check()
            time.sleep(min(_LOOK_S, left_s))
        self.check()
