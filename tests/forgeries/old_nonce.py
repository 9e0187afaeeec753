"""Answers a question under the nonce of the one before.

alone: not applicable, the wire is not there
here: all but test_answer_old
"""

import tap

ASKED = []


def answer_old(n):
    ASKED.append(n)
    if len(ASKED) == 2:
        tap.instead(lambda wire, nonce: tap.reply(5 * n)(wire, tap.nonces[-2]))
    return 5 * n
