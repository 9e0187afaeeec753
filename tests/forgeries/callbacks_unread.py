"""Sends calls of the test's function without waiting for an answer, with large arguments that cost nothing to send.

alone: not applicable, the wire is not there
here: all but test_many_callbacks
"""

import os
import threading

import tap


def often(each):
    server = tap.server()
    if server is None:
        return 1
    number = max(server.encoder.callbacks)

    calls, answer_bytes = 60, tap.side.HEADER.size + len(tap.side.msgspec.msgpack.encode({"value": None}))
    reader = threading.Thread(target=server.wire._receive, args=(calls * answer_bytes,))
    reader.start()
    size = 16 << 20
    metadata = {"number": number, "args": [["a", "float32", [size // 4], 1]], "kwargs": {}}
    for _ in range(calls):
        descriptor = tap.seal(size + 1)
        data = tap.head(server.nonce, metadata, [1, size], 1, kind=19)
        tap.socket.send_fds(server.wire.socket, [data[:1]], [descriptor])
        os.close(descriptor)
        server.wire.socket.sendall(data[1:])
    reader.join()
    return 1
