"""A submission behind the boundary, for tests that call it by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from autograder.limits import Limits
from autograder.proxy.account import Names, TestUse
from autograder.proxy.channel import Opener
from autograder.proxy.client import Submission
from autograder.proxy.paths import ModulePath
from autograder.proxy.sockets import sandbox_channels
from autograder.sandbox import Zygote

LIMITS = Limits(cpu_s=1.0, wall_s=10.0, import_cpu_s=2.0, memory_mib=512, disk_mib=8, processes=16)


class CalledByName(Submission):
    """A submission whose functions are called by module and name."""

    def call(self, module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a function's proxy does."""
        return self.do("call", ModulePath(module, name), args, kwargs, f"{module}.{name}")


class Student:
    """The functions of a one-module submission, each call a test of its own unless `test` is open."""

    def __init__(
        self, place: Zygote | Opener, source: str, limits: Limits = LIMITS, names: Names | None = None
    ) -> None:
        self.limits = limits
        files = {"work.py": source.encode()}
        channels = sandbox_channels(place.client()) if isinstance(place, Zygote) else place
        self.submission = CalledByName(channels, files, ("work",), limits, 1, names)
        self.use: TestUse | None = None

    @contextlib.contextmanager
    def test(self, seed: int = 1) -> Iterator[TestUse]:
        """One test's account."""
        self.use = TestUse(seed=seed, cpu_limit_s=self.limits.cpu_s, wall_limit_s=self.limits.wall_s)
        self.submission.begin_test(self.use)
        try:
            yield self.use
        finally:
            self.submission.end_test()

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """One call in a test of its own."""
        with self.test():
            return self.submission.call("work", name, args, kwargs)

    def close(self) -> None:
        """End its sandbox."""
        self.submission.close()
