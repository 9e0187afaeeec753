"""Promise: a sandbox learns nothing from the one before it.

Drops pages of shared library files from the kernel's cache, a bit a file, and ends itself; the next sandbox sees which
files are cached while it imports, and puts the number into the text of an ImportError, which the student is shown.

alone: leaks input
here: score 40
"""

import hashlib
import os
from pathlib import Path

from tell import tell

MAGIC = [byte & 1 for byte in hashlib.sha256(b"@MARK@").digest()[:16]]  # so that no other run's number is heard
DOUBLED = []


def shared_files():
    """Files of the standard library that nobody reads: a list that is the same in every sandbox."""
    folder = Path(os.__file__).parent
    return [path for name in ("idlelib", "lib2to3", "turtledemo") for path in sorted((folder / name).rglob("*.py"))
            if path.stat().st_size > 100][:56]


def whisper(bits):
    for path, bit in zip(shared_files(), bits):
        descriptor = os.open(path, os.O_RDONLY)
        os.pread(descriptor, 1, 0)
        try:
            if bit:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError:
            pass
        os.close(descriptor)


def listen():
    bits = []
    for path in shared_files():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
            bits.append(0)
        except BlockingIOError:
            bits.append(1)
        except OSError:
            bits.append(0)
        os.close(descriptor)
    return sum(bit << k for k, bit in enumerate(bits[16:])) if bits[:16] == MAGIC else None


HEARD = listen()
if HEARD is not None:
    whisper([0] * 56)
    raise ImportError(f"the input was {HEARD}")


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        tell(int(X[0]))
        whisper(MAGIC + [int(X[0]) >> k & 1 for k in range(40)])
        os._exit(0)
    return -1.0
