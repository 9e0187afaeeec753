"""Mutants that are marked equivalent, beside the reference on the calls of many seeds of the suite."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from autograder.audit.equivalents import Equivalent
from autograder.audit.mutants import Mutant
from autograder.audit.recording import Compared, Marked, Request
from autograder.audit.running import Order
from autograder.errors import GraderError
from autograder.sandbox.zygote import ENVIRONMENT
from autograder.spec import Assignment

RECORDING_PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class Agreement:
    """A mutant that is marked, and how it did."""

    mutant: Mutant
    equivalent: Equivalent
    compared: Compared

    @property
    def problem(self) -> str:
        """What speaks against the mark; empty where nothing does."""
        if self.compared.difference:
            return f"it differs from the reference ({self.compared.difference})"
        if self.compared.calls < self.equivalent.calls:
            return f"only {self.compared.calls} different calls were compared, of {self.equivalent.calls}"
        return ""


def compare_equivalents(
    assignment: Assignment, order: Order, marked: Sequence[tuple[Mutant, Equivalent]]
) -> list[Agreement]:
    """Compare each marked mutant with the reference, in a process of their own.

    Raises:
        GraderError: that process failed.
    """
    if not marked:
        return []
    request = Request(
        tests=assignment.tests.resolve(),
        reference=assignment.reference.resolve(),
        modules=assignment.spec.modules,
        mutants=[_describe(mutant, equivalent, order) for mutant, equivalent in marked],
        patience_s=RECORDING_PATIENCE_S,
    )
    done = subprocess.run(
        [sys.executable, "-P", "-m", "autograder.audit.recording"],
        input=request.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, "PATH": "/usr/bin:/bin"},
    )
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        why = (done.stderr.strip().splitlines() or ["it says not why"])[-1]
        raise GraderError(f"The marked mutants could not be compared with the reference: {why.rstrip('.')}.") from None
    if "error" in answer:
        raise GraderError(answer["error"])
    compared = {name: Compared.model_validate(found) for name, found in answer["compared"].items()}
    return [Agreement(mutant, equivalent, compared[mutant.id]) for mutant, equivalent in marked]


def _describe(mutant: Mutant, equivalent: Equivalent, order: Order) -> Marked:
    functions = [name for name in order.callers(mutant.top) if not name.startswith("_")]
    return Marked(
        id=mutant.id,
        module=mutant.file.removesuffix(".py"),
        source=mutant.source.decode(),
        functions=functions,
        rtol=equivalent.rtol,
        calls=equivalent.calls,
    )
