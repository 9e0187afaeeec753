"""Yields arrays of 100 MiB that cost nothing to send, where a test takes and keeps everything.

alone: not applicable, the wire is not there
here: all but test_big
"""

import tap


class Huge:
    left = 12

    def __iter__(self):
        return self

    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        size = 100 << 20
        node = ["a", "float32", [size // 4], 1]
        tap.instead(lambda wire, nonce: tap.in_memory([tap.seal(size + 1)], node, [1, size])(wire, nonce))


def big(n):
    return Huge()
