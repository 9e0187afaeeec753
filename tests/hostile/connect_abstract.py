"""Promise: sockets without a file are not a way out.

Connects to a unix socket in the abstract namespace, whose name it knows.

alone: connects
here: score 40
"""

import socket

for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    try:
        with socket.socket(socket.AF_UNIX, kind) as connection:
            connection.connect("\0@MARK@")
            connection.sendall(b"hello")
            print("connected")
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
