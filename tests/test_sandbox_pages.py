"""Tests of autograder.sandbox._pages: a warm process's memory without gaps, and on huge pages."""

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


FILL = """\
import json
from autograder.sandbox import _pages

libc = _pages._libc
sizes = (24, 100, 300, 500)
kept = [[bytes(size) for _ in range(4000)] for size in sizes]
pieces = [libc.malloc(size) for size in (700, 3000, 20000) for _ in range(200)]
for row in kept:
    del row[::2]
for piece in pieces[::2]:
    libc.free(piece)
ranges = _pages._mapped_ranges()
largest = max(pieces)

def fall_into_gaps():
    objects = [bytes(size) for size in sizes for _ in range(50)]
    found = sum(any(start <= id(piece) < end for start, end in ranges) for piece in objects)
    return found, sum(libc.malloc(size) < largest for size in (700, 3000, 20000) for _ in range(20))

before = fall_into_gaps()
filled = _pages.fill_gaps()
print(json.dumps([before, fall_into_gaps(), filled, hasattr(libc, "mallinfo2")]))
"""


def test_gaps_are_filled() -> None:
    """What is allocated then no longer comes to lie between what was there, in either kind of memory."""
    done = subprocess.run([sys.executable, "-c", FILL], capture_output=True, text=True, timeout=60, check=True)
    (objects_before, pieces_before), (objects, pieces), filled, can_tell = json.loads(done.stdout)
    assert objects_before > 100
    assert objects < objects_before / 3  # what the interpreter itself frees meanwhile is a gap again
    assert filled > 4000
    if can_tell:
        assert pieces_before > 30
        assert pieces == 0


def test_filling_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is given out in a way that is not foreseen, filling ends."""
    monkeypatch.setattr(_pages, "_MOST_FILLED_BYTES", 1 << 12)
    monkeypatch.setattr(_pages, "_mapped_ranges", lambda: [(0, 1 << 62)])  # nothing lies in a new arena
    monkeypatch.setattr(_pages, "_filling", [])
    _pages.fill_gaps()
    sizes = [512, *range(16, 513, 16)]
    assert len(_pages._filling) == sum((1 << 12) // size for size in sizes)


LOOK_UP = """\
import gc, json, os, resource, sys
from autograder.sandbox import _pages

class Thing:
    pass

def find(names):
    for name in names:
        getattr(Thing, name, None)

kept, others = [], []
for number in range(3000):
    kept.append(sys.intern(f"kept_{number}"))
    apart = [f"apart_{number}_{part}" for part in range(60)]  # so that each name lies on a page of its own
    others.append(apart)
new = [sys.intern(f"new_{number}") for number in range(6000)]
gc.freeze()

def count_faults():
    pid = os.fork()
    if pid == 0:
        find(new)
        os._exit(0)
    return os.wait4(pid, 0)[2].ru_minflt

find(new)  # makes the names' hashes, and the dictionaries
find(kept)
before = count_faults()
find(kept)
_pages.forget_lookups()
print(json.dumps([before, count_faults()]))
"""


def test_forgotten_lookups_cost_a_fork_no_pages() -> None:
    """What a fork looks up takes the place of nothing that lies on a page of its own."""
    done = subprocess.run([sys.executable, "-c", LOOK_UP], capture_output=True, text=True, timeout=60, check=True)
    remembered, forgotten = json.loads(done.stdout)
    assert forgotten < 0.6 * remembered


def test_a_python_that_keeps_no_lookups_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python has no such table to empty, nothing is done."""
    monkeypatch.delattr(sys, "_clear_type_cache")
    _pages.forget_lookups()
