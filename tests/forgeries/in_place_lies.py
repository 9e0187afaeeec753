"""Gives back, for an argument that may be changed, something of another type, shape, dtype or number.

alone: not applicable, the wire is not there
here: all but test_halve[0], test_halve[1], test_halve[2], test_halve[3], test_halve[4], test_halve[5]
"""

import tap


def halve(w):
    trick = int(w[0] - 2)
    right = np.full(3, 1 + trick / 2)
    lies = [
        {"returned": [[0, ["l", *right.tolist()]]]},
        {"returned": [[0, ["a", "float64", [1, 3], 0]]], "buffers": [right.data.cast("B")]},
        {"returned": [[0, ["a", "float32", [3], 0]]], "buffers": [right.astype("float32").data.cast("B")]},
        {"returned": []},
        {"returned": [[0, ["h", 0, "ndarray", []]]]},
        {"returned": [["w", ["a", "float64", [3], 0]], [5, None]], "buffers": [right.data.cast("B")]},
    ]
    tap.instead(tap.reply(None, **lies[trick]))
