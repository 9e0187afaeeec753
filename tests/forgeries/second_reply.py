"""Sends a second reply behind the first one, as the answer to the question that comes next.

alone: not applicable, the wire is not there
here: all but test_answer_once
"""

import tap


def answer_once(n):
    def twice(wire, nonce):
        tap.reply(2 * n)(wire, nonce)
        tap.reply(3 * n)(wire, nonce)

    tap.instead(twice)


def answer_next(n):
    return -1
