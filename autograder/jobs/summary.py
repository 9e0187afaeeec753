"""What a run leaves beside the results: the journal's first lines, grades.csv and run.json."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Sequence
from typing import Any

from autograder import __version__
from autograder.jobs.class_run import ClassRun, Options
from autograder.jobs.ground import Backend, Ground, key_digest, package_version
from autograder.jobs.origin import Origin
from autograder.jobs.results import Journal, ResultsFolder
from autograder.overrides import Overrides
from autograder.reports.table import Person, render_csv
from autograder.scoring import apply_overrides
from autograder.spec import Assignment
from autograder.submission import Enrolled, Submission


def begin_journal(
    journal: Journal,
    assignment: Assignment,
    ground: Ground,
    submissions: list[Submission],
    options: Options,
    sandbox: str,
) -> None:
    """Note that a run begins, what it is made of, and what the intake left out."""
    journal.append(
        "run",
        assignment=assignment.id,
        grader=__version__,
        submissions=len(submissions),
        origin=_find_origin(assignment, ground, sandbox, options).model_dump(),
        overrides=options.overrides.describe(),
    )
    for sentence in options.left_out:
        journal.append("left out", why=sentence)


def _find_origin(assignment: Assignment, ground: Ground, sandbox: str, options: Options) -> Origin:
    return Origin(
        assignment=assignment.id,
        course=str(assignment.course),
        paths=tuple(str(path.absolute()) for path in options.paths),
        layout=options.layout,
        roster=str(options.roster.absolute()) if options.roster else "",
        seed=options.seed,
        seed_digest=key_digest(ground.key),
        sandbox=sandbox,
        assignment_digest=ground.assignment,
        environment_digest=ground.environment,
    )


def refresh_kept(run: ClassRun, overrides: Overrides, folder: ResultsFolder, journal: Journal) -> None:
    """Bring what is kept up to today's overrides, and note that this run stands for it too."""
    for student in sorted(run.kept):
        run.reports[student] = apply_overrides(run.reports[student], overrides.of(student))
        folder.refresh_report(run.reports[student], __version__)
    if run.kept:
        journal.append("kept", students=sorted(run.kept))


def write_summary(
    run: ClassRun,
    submissions: list[Submission],
    assignment: Assignment,
    ground: Ground,
    folder: ResultsFolder,
    started: float,
    options: Options,
) -> None:
    """run.json and grades.csv."""
    ordered = [run.reports[s.student] for s in submissions if s.student in run.reports]
    folder.write_text("grades.csv", render_csv(ordered, sorted(run.faults), _people(submissions, options.absent)))
    summary: dict[str, Any] = {
        "assignment": assignment.id,
        "assignment_digest": ground.assignment,
        "grader_version": __version__,
        "environment_digest": ground.environment,
        "seed": options.seed,
        "seed_digest": key_digest(ground.key),
        "python": platform.python_version(),
        "packages": {package: package_version(package) for package in ("numpy", "torch", "pytest")},
        "machine": {"system": platform.platform(), "processors": platform.machine(), "jobs": options.jobs},
        **run.executor,
        **_describe_sandboxes(run.sandboxes),
        "device": options.accelerator.describe(),
        "submissions": {s.student: s.digest for s in submissions},
        "overrides": options.overrides.describe(),
        "graded": sorted(run.reports),
        "kept": sorted(run.kept),
        "faults": run.faults,
        "absent": [one.student for one in options.absent],
        "started_s": round(started, 3),
        "wall_s": round(time.time() - started, 3),
    }
    folder.write_text("run.json", json.dumps(summary, indent=1) + "\n")


def _describe_sandboxes(sandboxes: Sequence[Backend]) -> dict[str, Any]:
    """The sandbox, or all of them where nodes of a cluster differ."""
    described = [{"backend": sandbox.name, "layers": list(sandbox.layers)} for sandbox in sandboxes]
    if len(described) < 2:
        return {"sandbox": next(iter(described), None)}
    return {"sandbox": described[0], "sandboxes": described}


def _people(submissions: list[Submission], absent: tuple[Enrolled, ...]) -> dict[str, Person]:
    """What the export and the roster tell of the students."""
    people = {
        s.student: Person(s.name, s.email, s.submitted_at.isoformat() if s.submitted_at else "", s.late)
        for s in submissions
    }
    return people | {one.student: Person(one.name, one.email, absent=True) for one in absent}
