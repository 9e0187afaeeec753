"""Promise: the machine's network cannot be looked at.

Asks the kernel for the network interfaces and for the sockets of every process, by netlink.

alone: says the kernel answered
here: score 40
"""

import socket
import struct

from tell import tell

REQUEST_DUMP, GETLINK, GETADDR = 0x301, 18, 22
try:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(1)
        for kind in (GETLINK, GETADDR):
            kernel.send(struct.pack("=IHHIIBxHiII", 32, kind, REQUEST_DUMP, kind, 0, 0, 0, 0, 0, 0))
            if len(kernel.recv(1 << 16)) > 100:
                tell("the kernel answered")
except OSError as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
