"""Answers with two hundred thousand handles at a time, 2^20 in all.

alone: not applicable, the wire is not there
here: all but test_many
"""

import tap


class Endless:
    taken = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.taken += 1
        if self.taken > 6:
            raise StopIteration
        start = 1000 + 175_000 * self.taken
        tap.instead(tap.reply(["l", *(["h", start + i, "", []] for i in range(175_000))]))


def many(n):
    return Endless()
