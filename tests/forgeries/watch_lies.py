"""Answers the question for its warnings with something that is no list of lines.

alone: not applicable, the wire is not there
here: all but test_silent
"""

import tap


def silent(X):
    server = tap.server()
    if server is not None:
        real = server.answers[tap.side.WATCH]

        def lie(request, buffers):
            server.answers[tap.side.WATCH] = real
            tap.instead(tap.reply(["t", ["l"], True]))
            return real(request, buffers)

        server.answers[tap.side.WATCH] = lie
    return np.log(X)
