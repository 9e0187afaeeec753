"""Puts the memory of a warm process on huge pages before it is forked.

A fork copies a page table entry for each page that is there, and the child's end takes each down again: of a process
with torch 60,000, milliseconds of both. Of a huge page there is one. What a child writes to is still copied by pages of
the usual size. This file imports nothing but the standard library.
"""

import ctypes
import os

MADV_COLLAPSE = 25  # Linux 6.1; older ones refuse it, and all stays as it was
HUGE_BYTES = 2 << 20
_FULL = 0.75  # of a huge page's memory, from which on it is worth one: what is not there yet takes memory then
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_libc = ctypes.CDLL(None, use_errno=True)
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_libc.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)


def collapse() -> int:
    """Put what this process holds on its heaps on huge pages; how many bytes that were."""
    done = 0
    for start, end in _anonymous_ranges():
        for first, last in _full_runs(start, end):
            if _libc.madvise(first, last - first, MADV_COLLAPSE) == 0:
                done += last - first
    return done


def _full_runs(start: int, end: int) -> list[tuple[int, int]]:
    """Memory that is there, in whole huge pages, neighbours in one: each call waits for all processors."""
    present = ctypes.create_string_buffer((end - start) // _PAGE_BYTES)
    if _libc.mincore(start, end - start, present) != 0:
        return []
    pages = HUGE_BYTES // _PAGE_BYTES
    runs: list[tuple[int, int]] = []
    for index in range((end - start) // HUGE_BYTES):
        full = sum(byte & 1 for byte in present.raw[index * pages : (index + 1) * pages])
        if full < _FULL * pages:
            continue
        first = start + index * HUGE_BYTES
        if runs and runs[-1][1] == first:
            runs[-1] = runs[-1][0], first + HUGE_BYTES
        else:
            runs.append((first, first + HUGE_BYTES))
    return runs


def _anonymous_ranges() -> list[tuple[int, int]]:
    """Writable private memory of no file, in whole huge pages."""
    found = []
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            addresses, rights, _, _, inode, *path = line.split(maxsplit=5)
            name = path[0].strip() if path else ""
            if rights != "rw-p" or inode != "0" or name not in ("", "[heap]"):
                continue
            first, last = (int(part, 16) for part in addresses.split("-"))
            start, end = -(-first // HUGE_BYTES) * HUGE_BYTES, last // HUGE_BYTES * HUGE_BYTES
            if start < end:
                found.append((start, end))
    return found
