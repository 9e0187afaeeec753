"""The public tests of many submissions in one process, as `autograder check` runs them; a process of its own.

Usage: python check_class.py COURSE ID PATH...   (the results as JSON: student -> node id -> TestResult)

pytest keeps the suites that it has imported, so a test's own process cannot do this.
"""

import json
import sys
from pathlib import Path

from autograder.handout import find_handout
from autograder.submission import collect_submissions
from autograder.testrun.local import run_public_tests
from autograder.workspace import prepare_workspace


def main() -> None:
    """Run and print."""
    course, assignment_id, *paths = sys.argv[1:]
    assignment = find_handout(Path(course), assignment_id)
    submissions = collect_submissions(map(Path, paths), assignment.spec.modules).submissions
    workspaces = [prepare_workspace(submission, assignment) for submission in submissions]
    taken = [workspace for workspace in workspaces if not workspace.refusal]
    found = run_public_tests(assignment, taken)
    results = {
        workspace.student: {
            "import_failure": run.import_failure,
            "tests": {result.nodeid: result.model_dump(mode="json") for result in run.results},
        }
        for workspace, run in zip(taken, found.runs, strict=True)
    }
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
