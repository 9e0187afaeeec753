"""Promise: the number of threads is bounded.

Starts 190 threads with small stacks, each of which waits for the others.

nuisance: threads
alone: says 190 threads
here: score 40
here: outcomes test_double=passed, test_total_public=failed|error, test_total=failed
"""

import threading

from tell import tell


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        end, started = threading.Event(), []
        threading.stack_size(64 << 10)
        try:
            for _ in range(190):
                thread = threading.Thread(target=end.wait, args=(5,), daemon=True)
                thread.start()
                started.append(thread)
        except RuntimeError as error:
            print(error)
        tell(f"{len(started)} threads")
        end.set()
        threading.stack_size(0)
    return -1.0
