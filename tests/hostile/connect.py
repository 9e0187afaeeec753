"""Promise: there is no network.

Connects to a port that it knows, and sends a datagram there.

alone: connects
here: score 40
"""

import socket


def send():
    try:
        with socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=1) as connection:
            connection.sendall(b"hello")
        print("connected")
    except OSError as error:
        print(error)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.sendto(b"hello", ("127.0.0.1", int("@PORT@")))
        print("sent")
    except OSError as error:
        print(error)


send()


def double(x):
    return 2 * x


def total(X):
    send()
    return -1.0
