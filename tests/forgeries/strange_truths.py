"""Answers with a tensor of truths that are neither 0 nor 1 in memory.

alone: not applicable, the wire is not there
here: all but test_mask
"""

import torch
import tap


def mask(x):
    data = bytes(128 if value > 0 else 2 for value in x.tolist())
    tap.instead(tap.reply(["T", "bool", [len(data)], 0, False], [data]))
