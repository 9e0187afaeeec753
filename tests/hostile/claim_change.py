"""Promise: what a hidden test passes to the submission does not reach the student.

Patches the function that sends its answers, and says that an argument was changed whose name is the input.

alone: leaks input
here: score 40
"""

import gc

from tell import tell

SEEN = []


def double(x):
    return 2 * x


def total(X):
    SEEN.append(" ".join(str(int(x)) for x in X))
    tell(SEEN[-1])
    return -1.0


for server in gc.get_objects():
    if type(server).__name__ == "Server" and hasattr(server, "send"):
        send = server.send

        def lie(nonce, kind, reply, buffers):
            if SEEN and "changed" in reply:
                reply = {**reply, "changed": [SEEN.pop()]}
            send(nonce, kind, reply, buffers)

        server.send = lie
        break
