"""Returns a list that is nested as deeply as a message can be long.

alone: not applicable, the wire is not there
here: all but test_deep
"""

import tap


def deep(n):
    def forge(wire, nonce):
        depth = 500_000
        body = b"\x92\xa1l" * depth + b"\xc0"
        metadata = b"\x83\xa5value" + body + b"\xa7changed\x90\xa8returned\x90"
        wire.socket.sendall(tap.side.HEADER.pack(b"AGW2", 16, 0, 0, len(metadata), nonce, 0) + metadata)

    tap.instead(forge)
