"""Promise: sockets without a file are not a way out, of those that a process may have either.

Makes a pair of datagram sockets and sends from one of its ends, without connecting or binding it, to a name in the abstract
namespace that it knows; and has the kernel name its ends, so that others can send to them.

alone: connects
alone: says its end has a name
here: score 40
"""

import socket

from tell import tell


def send(end):
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        end.sendto(b"hello", "\0@MARK@-mail")
    except OSError as error:
        print(error)


for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
    try:
        for end in socket.socketpair(socket.AF_UNIX, kind):
            send(end)
            if end.getsockname():
                tell("its end has a name")
    except OSError as error:
        print(kind, error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
