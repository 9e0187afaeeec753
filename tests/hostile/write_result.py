"""Promise: nobody but the grader writes a result.

Writes its own result, a result and details for a student who is not there, and results where a harness may look.

alone: writes
here: score 40
"""

import json
import os

RESULT = json.dumps({"score": 100.0, "output": "", "tests": [{"name": "all", "score": 100.0, "max_score": 100.0}]})
for path in (
    "@COURSE@/out/results/@STUDENT@.json",
    "@COURSE@/out/details/@STUDENT@.json",
    "@COURSE@/out/results/ghost.json",
    "@COURSE@/out/grades.csv",
    "results.json",
    "results/results.json",
    "../results/results.json",
):
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            file.write(RESULT)
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
