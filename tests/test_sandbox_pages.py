"""Tests of autograder.sandbox._pages: a warm process's memory on huge pages."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from autograder.sandbox import _pages

RUN = """\
import json, mmap
from autograder.sandbox import _pages

def read_kib(name):
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))

size = 16 << 20
full, empty = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS), mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for place in range(0, size, 4096):
    full[place : place + 8] = place.to_bytes(8, "little")
before = read_kib("AnonHugePages:"), read_kib("Rss:")
done = _pages.collapse()
after = read_kib("AnonHugePages:"), read_kib("Rss:")
same = all(full[place : place + 8] == place.to_bytes(8, "little") for place in range(0, size, 4096))
print(json.dumps({"done": done, "before": before, "after": after, "same": same}))
"""  # noqa: E501


def test_what_is_there_is_collapsed() -> None:
    """Memory that is in use lies on huge pages then and holds what it held; what was never touched takes none."""
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert told["same"]
    if not told["done"]:
        pytest.skip("this kernel puts nothing on huge pages when it is asked")
    (huge_kib, rss_kib), (huge_after_kib, rss_after_kib) = told["before"], told["after"]
    assert huge_after_kib - huge_kib >= 12 << 10
    assert rss_after_kib - rss_kib <= 8 << 10


def test_a_kernel_that_refuses_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel knows no such call, nothing is done, and nothing is raised."""
    monkeypatch.setattr(_pages, "MADV_COLLAPSE", 250)
    assert _pages.collapse() == 0
