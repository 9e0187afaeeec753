"""Promise: whom the kernel ends when memory runs out is not for the submission to say.

Writes its own weight for the choice.

alone: says adjusted
here: score 40
"""

from tell import tell

PATH = "/proc/self/oom_score_adj"
try:
    with open(PATH) as file:
        before = int(file.read())
    for number in (before - 100, before + 10):
        try:
            with open(PATH, "w") as file:
                file.write(str(number))
        except OSError as error:
            print(error)
    with open(PATH) as file:
        if int(file.read()) != before:
            tell("adjusted")
except OSError as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
