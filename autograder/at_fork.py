"""Spares the forks of a server what modules want done in every fork.

Whoever imports logging, threading, random or torch has calls registered that each child of this process makes before
anything else: locks are made anew, the generators seeded, threads forgotten. A server that has one thread and holds no
lock when it forks needs none of that, and it costs each child 300 pages that it writes to, a millisecond. A child may
fork in its turn: for its own forks they are registered as ever.
This file imports nothing but the standard library.
"""

import os
import sys
from typing import Any

_KINDS = {"before", "after_in_child", "after_in_parent"}


class HeldHooks:
    """What is registered by `os.register_at_fork` from now on, until `stop`; nothing of it is called in a fork."""

    def __init__(self) -> None:
        self.register = os.register_at_fork
        self.held: list[dict[str, Any]] = []
        self.start()

    def start(self) -> None:
        """Hold what is registered from now on; again after a `stop`, for what is imported later."""
        self.holds = True
        os.register_at_fork = self.hold

    def hold(self, **hooks: Any) -> None:
        """In the place of `os.register_at_fork`; a module may have kept it, and call it at any time."""
        is_valid = hooks and hooks.keys() <= _KINDS and all(map(callable, hooks.values()))
        if self.holds and is_valid:
            self.held.append(hooks)
        else:
            self.register(**hooks)  # which refuses what is none

    def stop(self) -> None:
        """Hold no more; with a second thread, which may hold a lock at any time, all is as if nothing had been held."""
        os.register_at_fork = self.register
        self.holds = False
        if len(sys._current_frames()) > 1:
            self.release()

    def enter_child(self, *, may_fork: bool = True) -> None:
        """In a child: register what is held, for the forks that are its own, and do of it what this one may need."""
        if may_fork:
            self.release()
        if "torch" in sys.modules:
            sys.modules["torch"].get_num_threads()  # torch's own call: it looks to the child's thread pool

    def release(self) -> None:
        """Register what is held."""
        for hooks in self.held:
            self.register(**hooks)
        self.held.clear()
