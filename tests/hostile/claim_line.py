"""Promise: what a hidden test passes to the submission does not reach the student.

Patches the function that sends its answers, and says that it raised in the line whose number is the input.

alone: leaks input
here: score 40
"""

import gc

from tell import tell

SEEN = []


def double(x):
    return 2 * x


def total(X):
    SEEN.append(int(X[0]))
    tell(SEEN[-1])
    raise ValueError


for server in gc.get_objects():
    if type(server).__name__ == "Server" and hasattr(server, "send"):
        send = server.send

        def lie(nonce, kind, reply, buffers):
            if SEEN and reply.get("frames"):
                reply = {**reply, "frames": [["target.py", SEEN.pop(), "total"]]}
            send(nonce, kind, reply, buffers)

        server.send = lie
        break
