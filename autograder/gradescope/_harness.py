"""Gradescope's harness, as far as it is known (docs/gradescope.md), for one submission in one container.

Usage: python3 _harness.py SPEC

It runs inside the container on the system's Python 3.10, as root and as process 1, and imports nothing but the standard
library. SPEC is JSON: root, incoming (a folder), metadata (an object or a text), timeout_s, environment, and
outcome (a file).
The outcome, JSON too:

    state    "graded", "failed" (no results.json, or one that is not as documented) or "timed out"
    reason   why it failed, for the staff
    results  results.json as Gradescope keeps it; a score of 0 where the state is not "graded"
    stdout   what run_autograder wrote
    status   its exit status
    wall_s   how long it ran
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from typing import Any

MAX_CHARS = 100_000
FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
NUMBER, TEXT = (int, float), (str,)
TOP = {
    "score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMATS, "test_output_format": FORMATS,
    "test_name_format": FORMATS, "visibility": VISIBILITIES, "stdout_visibility": VISIBILITIES, "extra_data": (dict,),
    "tests": (list,), "leaderboard": (list,),
}  # fmt: skip
TEST = {
    "score": NUMBER, "max_score": NUMBER, "status": ("passed", "failed"), "name": TEXT, "name_format": FORMATS,
    "number": TEXT, "output": TEXT, "output_format": FORMATS, "tags": (list,), "visibility": VISIBILITIES,
    "extra_data": (dict,),
}  # fmt: skip


def make_folders(root: str, incoming: str, metadata: Any) -> None:
    """submission/ and results/ anew, and the metadata."""
    for name in ("submission", "results"):
        shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    shutil.copytree(incoming, os.path.join(root, "submission"), symlinks=True)
    os.mkdir(os.path.join(root, "results"))
    with open(os.path.join(root, "submission_metadata.json"), "w", encoding="utf-8") as file:
        file.write(metadata if isinstance(metadata, str) else json.dumps(metadata))


def run_autograder(root: str, timeout_s: float, environment: dict[str, str]) -> tuple[int | None, float]:
    """Its exit status, None where it was ended for its time; and the seconds that it took."""
    started = time.monotonic()
    with open(os.path.join(root, "results", "stdout"), "wb") as stdout:
        process = subprocess.Popen(
            [os.path.join(root, "run_autograder")],
            cwd=root,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        status: int | None
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()  # this one process alone
            process.wait()
            status = None
    return status, time.monotonic() - started


def read_results(path: str) -> tuple[dict[str, Any] | None, str]:
    """What results.json holds, or why Gradescope does not take it."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file, parse_constant=_refuse_constant)
    except OSError:
        return None, "there is no results.json"
    except (ValueError, RecursionError) as error:
        return None, f"results.json is not valid JSON ({error})"
    if not isinstance(value, dict):
        return None, "results.json holds no object at the top"
    problems = find_problems(value)
    return (None, problems[0]) if problems else (value, "")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def find_problems(value: dict[str, Any]) -> list[str]:
    """Where the results are not as documented."""
    problems = [*_find_in(value, TOP, "")]
    tests = value.get("tests")
    tests = tests if isinstance(tests, list) else []
    for index, test in enumerate(tests):
        if isinstance(test, dict):
            problems += _find_in(test, TEST, f"tests[{index}].")
        else:
            problems.append(f"tests[{index}] is no object")
    scored = tests and all(isinstance(test, dict) and "score" in test for test in tests)
    if "score" not in value and not scored:
        problems.append("there is neither a score nor one for every test")
    return problems


def _find_in(value: dict[str, Any], known: dict[str, Any], place: str) -> list[str]:
    problems = []
    for key, content in value.items():
        kinds = known.get(key)
        if kinds is None:
            problems.append(f"{place}{key} is not a documented key")
        elif isinstance(kinds[0], str):
            if content not in kinds:
                problems.append(f"{place}{key} is none of {', '.join(kinds)}")
        elif isinstance(content, bool) or not isinstance(content, kinds):
            problems.append(f"{place}{key} is of another type")
        elif isinstance(content, float) and not math.isfinite(content):
            problems.append(f"{place}{key} is not finite")
    return problems


def cut_outputs(results: dict[str, Any]) -> dict[str, Any]:
    """What Gradescope keeps of long texts."""
    cut = dict(results)
    if "output" in cut:
        cut["output"] = cut["output"][:MAX_CHARS]
    if "tests" in cut:
        cut["tests"] = [{**test, "output": test.get("output", "")[:MAX_CHARS]} for test in cut["tests"]]
    return cut


def judge(root: str, status: int | None, timeout_s: float) -> dict[str, Any]:
    """What becomes of the submission."""
    path = os.path.join(root, "results", "results.json")
    if status is None:
        text = f"Your submission timed out. It took longer than {timeout_s:g} seconds to run."
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"score": 0, "output": text}, file)
        return {"state": "timed out", "reason": text, "results": {"score": 0, "output": text}}
    results, reason = read_results(path)
    if results is None:
        text = "The autograder failed to execute correctly. Contact your course staff for help."
        return {"state": "failed", "reason": reason, "results": {"score": 0, "output": text}}
    return {"state": "graded", "reason": "", "results": cut_outputs(results)}


def main() -> None:
    """One submission."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    root = spec["root"]
    make_folders(root, spec["incoming"], spec["metadata"])
    status, wall_s = run_autograder(root, spec["timeout_s"], spec["environment"])
    outcome = judge(root, status, spec["timeout_s"])
    with open(os.path.join(root, "results", "stdout"), encoding="utf-8", errors="replace") as file:
        outcome["stdout"] = file.read(MAX_CHARS)
    outcome |= {"status": status, "wall_s": wall_s}
    with open(spec["outcome"], "w", encoding="utf-8") as file:
        json.dump(outcome, file)


if __name__ == "__main__":
    main()
