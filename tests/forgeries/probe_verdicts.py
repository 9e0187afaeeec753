"""Lets a probe answer with truths, texts and objects, deep in what should be arrays.

alone: not applicable, a probe's claim is looked at in the same way there
here: all but test_arrays[0], test_arrays[1], test_arrays[2], test_arrays[3]
"""


class Anything:
    dtype = "float64"

    def __eq__(self, other):
        return True


def arrays(n):
    lies = [True, np.array([True, True]), Anything(), np.array([Anything(), Anything()], dtype=object)]
    return {"W": [lies[n]]}
