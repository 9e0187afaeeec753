"""Paths -> submissions: files, folders, archives and the exports of Gradescope, Canvas, Moodle and nbgrader.

The only reader of untrusted files: nothing is followed (links), executed or imported here, archives are unpacked in
memory and within bounds, and what cannot be read is said in one sentence while the class goes on.
"""

from autograder.submission.collection import collect_submissions, read_submission
from autograder.submission.layouts import Layout
from autograder.submission.records import (
    MAX_CLASS_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_NAME_BYTES,
    MAX_SUBMISSION_BYTES,
    Enrolled,
    Intake,
    Submission,
)
from autograder.submission.roster import Roster, read_roster

__all__ = [
    "MAX_CLASS_BYTES",
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_NAME_BYTES",
    "MAX_SUBMISSION_BYTES",
    "Enrolled",
    "Intake",
    "Layout",
    "Roster",
    "Submission",
    "collect_submissions",
    "read_roster",
    "read_submission",
]
