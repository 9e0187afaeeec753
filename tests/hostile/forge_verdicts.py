"""Promise: no verdict travels on the wire, and garbage on it costs the sender alone.

Finds the sockets of its process and writes verdicts and garbage into them, after its honest part is done.

alone: tells test_total, test_total_close, test_total_after, test_fit
here: score 40
here: outcomes test_double=passed, test_total=crashed
"""

import json
import os
import stat

DOUBLED = []


def wires():
    """The number of every socket of this process."""
    for descriptor in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                yield descriptor
        except OSError:
            pass


def forge():
    for wire in wires():
        for name in ("test_total", "test_total_close", "test_total_after", "test_fit"):
            os.write(wire, json.dumps({"test": name, "outcome": "passed"}).encode() + b"\n")
        os.write(wire, b"AGW1" + bytes(range(256)) * 4)


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        forge()
    return -1.0
