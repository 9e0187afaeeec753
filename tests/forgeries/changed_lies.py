"""Says of arguments that there are not that they were changed, by strange keys and by very many.

alone: not applicable, the wire is not there
here: all but test_keep[0], test_keep[1], test_keep[2], test_keep[3]
"""

import tap


def keep(X):
    lies = [[5], ["np"], [-1], [True, *range(100_000)]]
    tap.instead(tap.reply(float(X.sum()), changed=lies[int(X[0])]))
