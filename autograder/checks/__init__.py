"""What test authors call: comparisons that say what is wrong without the answer, probes, and watches.

`close`, `shape`, `gradient`, `symbolic`, `derivation`, `raises` and `unchanged` are pure: they take what came back from
the student's code as data, trust nothing about it, and raise `CheckFailure`, an AssertionError whose `finding` may be
shown to the student of a hidden test. `probe`, `no_warnings`, `printed` and `seeded` act where the student's code runs;
`measure` times it by our clock, for a leaderboard and never for points.
"""

from __future__ import annotations

from autograder.checks.close import close, shape
from autograder.checks.failure import CheckFailure, Finding
from autograder.checks.gradient import gradient
from autograder.checks.measure import Measured, measure
from autograder.checks.probe import Probe, ProbeError, probe
from autograder.checks.raises import raises
from autograder.checks.symbolic import derivation, symbolic
from autograder.checks.unchanged import unchanged
from autograder.checks.watch import Printed, no_warnings, printed, seeded

__all__ = [
    "CheckFailure",
    "Finding",
    "Measured",
    "Printed",
    "Probe",
    "ProbeError",
    "close",
    "derivation",
    "gradient",
    "measure",
    "no_warnings",
    "printed",
    "probe",
    "raises",
    "seeded",
    "shape",
    "symbolic",
    "unchanged",
]
