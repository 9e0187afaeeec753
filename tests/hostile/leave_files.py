"""Promise: a submission leaves nothing for a later one.

Writes into every folder that all users may write to.

alone: remains
here: score 40
"""

for folder in ("/tmp", "/dev/shm", "/var/tmp"):
    try:
        with open(f"{folder}/note-@MARK@", "w") as file:
            file.write("the answers are ...")
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
