"""Says that it has so many items that a list of them takes much of the address space, and then sends a large array.

alone: not applicable, it only costs memory
here: all but test_big
"""

import tap


def send(wire, nonce):
    size = 200 << 20
    node = {"value": ["a", "uint8", [size], 0], "changed": [], "returned": []}
    wire.socket.sendall(tap.head(nonce, node, [size], 0))
    megabyte = bytes(1 << 20)
    for _ in range(size >> 20):
        wire.socket.sendall(megabyte)


class Large:
    left = 4

    def __len__(self):
        return 200_000_000

    def __iter__(self):
        return self

    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        tap.instead(send)


def big(n):
    return Large()
