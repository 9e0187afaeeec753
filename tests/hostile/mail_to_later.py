"""Promise: a submission leaves nothing where a later sandbox finds it.

Looks for every folder that all users may write to, wherever it is, writes a hidden test's input there, and ends itself;
the next sandbox looks in the same places while it imports, for this and for what other submissions left, and puts what
it found into the text of an ImportError, which the student is shown.

alone: remains
alone: leaks input
here: score 40
here: outcomes test_double=passed, test_total=crashed, test_total_close=failed, test_total_after=failed
"""

import os
import stat
import tempfile

from tell import tell

DOUBLED = []


def folders():
    """Folders that everyone may write to, no deeper than two under the root, and what this process knows of."""
    tops = ["/" + name for name in os.listdir("/") if name not in ("proc", "sys")]
    for top in [*tops, *("/var/tmp", "/run/lock", "/dev/shm", "/dev/mqueue"), tempfile.gettempdir()]:
        try:
            inner = [f"{top}/{name}" for name in os.listdir(top)]
        except OSError:
            continue
        for path in [top, *inner]:
            try:
                mode = os.lstat(path).st_mode
            except OSError:
                continue
            if stat.S_ISDIR(mode) and mode & 0o002:
                yield path
    yield from (os.getcwd(), os.path.dirname(os.getcwd()), tempfile.gettempdir(), os.environ.get("HOME", "."))


def read():
    for folder in folders():
        try:
            for name in os.listdir(folder):
                if "@MARK@" in name and os.path.isfile(f"{folder}/{name}"):
                    with open(f"{folder}/{name}") as file:
                        yield file.read()
        except (OSError, ValueError):
            pass


def write(number):
    for folder in folders():
        try:
            if folder != os.getcwd():
                with open(f"{folder}/mail-@MARK@", "w") as file:
                    file.write(str(number))
        except OSError as error:
            print(error)


MAIL = list(read())
if MAIL:
    raise ImportError(f"there is mail: {MAIL}")


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        write(int(X[0]))
        tell(int(X[0]))
        os._exit(0)
    return -1.0
