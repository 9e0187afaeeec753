"""An exporter for `nbgrader export`: its CSV, with a blank and not a 0 where a submission has no score yet.

nbgrader export --exporter=autograder.nbgrader.export.GradesExporter --to grades.csv
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, Final

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.reports.table import plain_cell
from autograder.writing import write_whole

_COLUMNS: Final = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "status",
)  # fmt: skip


class GradesExporter(ExportPlugin):  # type: ignore[misc,unused-ignore]  # nbgrader has no types
    """The columns of nbgrader's own CSV, and `status`: graded, needs grading, not graded, not submitted.

    What was not graded has no score. What needs grading has its score so far. Who did not submit has 0, as in
    nbgrader's.
    """

    def export(self, gradebook: Any) -> None:
        """Write the file, whole."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        wanted, students = {str(one) for one in self.assignment}, {str(one) for one in self.student}
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if (not wanted or assignment.name in wanted) and (not students or student.id in students):
                    row = _describe(gradebook, assignment, student)
                    writer.writerow(row)
        write_whole(Path(self.to or "grades.csv").absolute(), text.getvalue().encode())


def _describe(gradebook: Any, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": plain_cell(assignment.name), "duedate": assignment.duedate, "student_id": plain_cell(student.id),
        "last_name": plain_cell(student.last_name or ""), "first_name": plain_cell(student.first_name or ""),
        "email": plain_cell(student.email or ""),
        "max_score": assignment.max_score,
    }  # fmt: skip
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0, "status": "not submitted"}
    row["timestamp"] = submission.timestamp
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if all(grade.auto_score is None for grade in grades):
        return row | {"status": "not graded"}
    penalty = submission.late_submission_penalty
    return row | {
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - (penalty or 0.0)),
        "status": "needs grading" if any(grade.needs_manual_grade for grade in grades) else "graded",
    }
