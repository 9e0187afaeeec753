"""Promise: a submission does not see what others do.

Asks to be told when a file is read in the standard library's folder, which the grader and other sandboxes read from, by
dnotify and by inotify; then reads one itself, to see whether it is told.

alone: says saw a read
here: score 40
"""

import ctypes
import fcntl
import os
import select
import signal
import time

from tell import tell

DN_ACCESS, DN_MULTISHOT, IN_ACCESS = 1, 0x80000000, 1
FOLDER = os.path.dirname(os.__file__)
SEEN = []
signal.signal(signal.SIGIO, lambda number, frame: SEEN.append(number))
watched = os.open(FOLDER, os.O_RDONLY)
try:
    fcntl.fcntl(watched, fcntl.F_NOTIFY, (DN_ACCESS | DN_MULTISHOT) - (1 << 32))
except OSError as error:
    print(error)
libc = ctypes.CDLL(None, use_errno=True)
events = libc.inotify_init1(os.O_NONBLOCK)
if events >= 0:
    libc.inotify_add_watch(events, FOLDER.encode(), IN_ACCESS)
with open(os.__file__, "rb") as file:
    file.read(100)
time.sleep(0.05)
if SEEN or (events >= 0 and select.select([events], [], [], 0)[0]):
    tell("saw a read")
os.close(watched)


def double(x):
    return 2 * x


def total(X):
    return -1.0
