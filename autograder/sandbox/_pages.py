"""Prepares the memory of a warm process for being forked: fills its gaps, and puts it on huge pages.

What a child allocates would come to lie in the gaps between what is there already, each on a page that is copied for
it. Where they are filled it lies side by side.

A fork copies a page table entry for each page that is there, and the child's end takes each down again: of a process
with torch 60,000, milliseconds of both. Of a huge page there is one. What a child writes to is still copied by pages of
the usual size. This file imports nothing but the standard library.
"""

import bisect
import ctypes
import os
import sys

MADV_COLLAPSE = 25  # Linux 6.1; older ones refuse it, and all stays as it was
HUGE_BYTES = 2 << 20
_FULL = 0.75  # of a huge page's memory, from which on it is worth one: what is not there yet takes memory then
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_OBJECT_BYTES = 512  # what Python takes from its own arenas; more is the C library's
_BYTES_BYTES = 33  # of a bytes object of no length
_LARGEST_GAP_BYTES = 120_000  # smaller than what the C library maps by itself
_MOST_FILLED_BYTES = 64 << 20  # of each kind, for the case that memory is given out in a way that is not foreseen here

_libc = ctypes.CDLL(None, use_errno=True)
_libc.malloc.argtypes, _libc.malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p
_libc.free.argtypes, _libc.free.restype = (ctypes.c_void_p,), None
_libc.sbrk.argtypes, _libc.sbrk.restype = (ctypes.c_ssize_t,), ctypes.c_void_p
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_libc.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p)


_filling: list[object] = []


class _Mallinfo(ctypes.Structure):
    """What glibc says of its heap: fordblks is free in all, of which keepcost at its end."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def forget_lookups() -> None:
    """Empty the table in which Python keeps where it found a type's methods.

    What stands in it is of imports. A child's lookups would each take the place of one of these and let go of its name,
    which lies on a page that is copied for nothing else.
    """
    if hasattr(sys, "_clear_type_cache"):  # CPython's own
        sys._clear_type_cache()


def fill_gaps() -> int:
    """Take what is free in this process between what is not, for good; how many pieces that were."""
    return _fill_arenas() + _fill_heap()


def _fill_arenas() -> int:
    """Python's: of each size until a piece lies in a new arena, where all that are new now follow."""
    before = sorted(_mapped_ranges())
    starts = [start for start, _ in before]
    filled = len(_filling)
    for size in (_OBJECT_BYTES, *range(16, _OBJECT_BYTES + 1, 16)):  # the largest first: it takes the empty pools
        for number in range(_MOST_FILLED_BYTES // size):
            # sys.getsizeof: 16 of an object, 24 of a float
            piece = object() if size == 16 else float(number) if size == 32 else bytes(size - _BYTES_BYTES)
            _filling.append(piece)
            place = bisect.bisect_right(starts, id(piece)) - 1
            if place < 0 or id(piece) >= before[place][1]:
                break
    return len(_filling) - filled


def _fill_heap() -> int:
    """The C library's: of each size, from the largest on, until a piece comes from the heap's end."""
    if not hasattr(_libc, "mallinfo2"):  # glibc before 2.33, and other libraries
        return 0
    _libc.mallinfo2.restype = _Mallinfo
    held = _libc.mallinfo2()
    end = _libc.sbrk(0) - held.keepcost
    filled = 0
    for size in (*range(_LARGEST_GAP_BYTES, 8192, -4096), *range(8192, 1024, -256), *range(1024, 8, -16)):
        for _ in range(min(held.fordblks, _MOST_FILLED_BYTES) // size):
            piece = _libc.malloc(size)
            if not piece or piece >= end:
                _libc.free(piece)
                break
            filled += 1
    return filled


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


def _mapped_ranges() -> list[tuple[int, int]]:
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        return [(int(first, 16), int(last, 16)) for first, last in (line.split(None, 1)[0].split("-") for line in file)]


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
