"""Tests of autograder.checks.probe: what of a probe travels to the student's side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.checks import probe


def test_annotations_stay_behind() -> None:
    """What annotations name need not be there where the probe runs; its arguments and its body are as they were."""

    @probe
    def add(first: Path, *rest: Path, factor: Path = 2, **more: Path) -> Any:  # type: ignore[assignment]
        return first + len(rest) * factor + len(more)  # type: ignore[operator]

    assert "Path" not in add.source
    namespace: dict[str, Any] = {}
    exec(add.source, namespace)
    assert namespace["add"](1, 0, 0, factor=3, other=0) == 8
