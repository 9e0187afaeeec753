"""Answers with dicts and texts that the wire does not allow: strange keys, lengths that lie, more than may be.

alone: not applicable, the wire is not there
here: all but test_mapping[0], test_mapping[1], test_mapping[2], test_mapping[3], test_mapping[4], test_mapping[5], test_mapping[6], test_mapping[7]
"""

import tap


def mapping(trick):
    pair = ["a", trick]
    nodes = [
        ["d", [b"a", trick]],
        ["d", [["t", "a"], trick]],
        ["d", [None, trick], pair],
        ["d", [1.0, trick], pair],
        ["d", ["a"], pair],
        {"a": trick},
        ["d", pair, ["b", ["a", "float64", [2**47, 2**47], 0]]],
    ]
    if trick < 7:
        tap.instead(tap.reply(nodes[trick]))
    else:
        tap.instead(
            lambda wire, nonce: wire.socket.sendall(
                tap.side.HEADER.pack(b"AGW2", 16, 0, 2**16 - 1, 2**32 - 1, nonce, 2**64 - 1)
            )
        )
