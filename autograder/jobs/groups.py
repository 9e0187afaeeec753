"""Groups: what several students handed in together is graded once, and each has the same report."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

from autograder.submission import Submission
from autograder.verdict import GradeReport


class Groups:
    """The reports of a run's groups. Called by several threads: members wait for the first of them."""

    def __init__(self) -> None:
        self._reports: dict[str, GradeReport] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def remember(self, reports: Iterable[GradeReport], submissions: Iterable[Submission]) -> None:
        """Take what an earlier run gave one of a group for the others too."""
        groups = {submission.student: submission.group for submission in submissions if submission.group}
        self._reports |= {groups[report.student]: report for report in reports if report.student in groups}

    def grade(self, submission: Submission, grade: Callable[[Submission], GradeReport]) -> GradeReport:
        """The report of a submission: its group's, if there is one, under the student's own name.

        Raises:
            GraderError: of `grade`; the next of the group tries again.
        """
        if not submission.group:
            return grade(submission)
        with self._lock:
            members = self._locks[submission.group]
        with members:
            report = self._reports.get(submission.group)
            if report is None:
                report = self._reports[submission.group] = grade(submission)
        return report.model_copy(update={"student": submission.student})
