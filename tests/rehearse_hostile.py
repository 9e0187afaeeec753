"""Rehearses hostile submissions in Gradescope's container as we make it: each earns its honest part, and tells nothing.

Usage: python rehearse_hostile.py [NAME]...   (the collection's if none is named; needs root, mmdebstrap and a network)

Not part of `make test`: `make rehearse` runs it. Exit code 1 where anything was gained.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from hostile_course import HOSTILES, Course, Hostile, build_course
from small_course import AUTOGRADER

ROOT = "/autograder"


def main() -> int:
    """The submissions that are named, or all that attack the suite without torch."""
    named = sys.argv[1:]
    hostiles = [one for one in HOSTILES if one.suite == "numpy" and (not named or one.name in named)]
    with tempfile.TemporaryDirectory() as folder:
        course = build_course(Path(folder) / "course")
        words = {"COURSE": f"{ROOT}/source/course", "LOOT": f"{ROOT}/results/loot", "MARK": "mark-of-a-rehearsal"}
        paths = []
        for hostile in hostiles:
            path = course.submissions / hostile.name
            hostile.write(path, {**course.words_for(hostile.name), "PORT": "80", "VICTIM": "1", **words})
            paths.append(path)
        bundle, out = course.root / "target.zip", course.root / "rehearsed"
        command = [AUTOGRADER, "gradescope"]
        subprocess.run([*command, "build", "target", "--course", course.root, "--out", bundle], check=True)
        subprocess.run([*command, "rehearse", bundle, *paths, "--quiet", "--out", out], check=False)
        wrong = [hostile.name for hostile in hostiles if not holds(hostile, course, out / f"{hostile.name}.json")]
    print(
        f"{len(hostiles) - len(wrong)} of {len(hostiles)} hostile submissions earn their honest part and tell nothing"
    )
    return min(1, len(wrong))


def holds(hostile: Hostile, course: Course, path: Path) -> bool:
    """Whether it came out as it must; what did not is printed."""
    outcome = json.loads(path.read_text())
    problems = []
    if outcome["state"] != "graded":
        problems.append(f"{outcome['state']}: {outcome['reason']}; {outcome['stdout'][-300:]}")
    results = outcome["results"]
    if results["score"] != hostile.score:
        problems.append(f"{results['score']:g} points and not {hostile.score:g}")
    ended = {test["extra_data"]["test"].rpartition("::")[2]: test["extra_data"] for test in results.get("tests", [])}
    for test, allowed in hostile.outcomes.items():
        found = ended.get(test, {}).get("outcome", "-")
        if found not in allowed:
            problems.append(f"{test} ended as {found} and not as {'|'.join(sorted(allowed))}")
    for name, canary in vars(course.canaries).items():
        if name != "planted" and canary in path.read_text():
            problems.append(f"the canary of {name} was found")
    for problem in problems:
        print(f"  {hostile.name}: {problem}", flush=True)
    return not problems


if __name__ == "__main__":
    raise SystemExit(main())
