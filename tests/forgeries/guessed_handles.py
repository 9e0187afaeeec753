"""Answers with handles that were never given: unknown, huge, negative, of a process that is gone; and with lies of class.

alone: not applicable, the wire is not there
here: all but test_model[0], test_model[1], test_model[2], test_model[3], test_model[4]
"""

import tap


def build(size):
    claimed = [["work", "Model"]]
    handles = [
        ["h", 7_777, "Model", claimed],
        ["h", 2**63 - 1, "Model", claimed],
        ["h", -1, "Model", claimed],
        ["h", 0, "float", [["builtins", "float"], ["numpy", "ndarray"], ["work", "square"]]],
        ["h", 2**64 - 1, "M" * 100_000, [["work", "Model"]] * 100_000],
    ]
    tap.instead(tap.reply(handles[size]))
