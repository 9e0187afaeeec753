"""Gradescope's folders for the tests: an unpacked zip of the small course, a submission, its metadata; run as there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from machines import on
from small_course import ID, run_autograder, write_course, write_files

from autograder.gradescope._harness import read_results

METADATA = {
    "id": 7, "created_at": "2026-03-02T10:00:00-08:00", "assignment_id": None,
    "users": [{"id": 1, "sid": "00123", "email": "a@example.com", "name": "A B"}],
    "assignment": {"due_date": "2026-03-01T23:59:00-08:00", "late_due_date": None, "total_points": "20.0"},
}  # fmt: skip
SECRETS = {"SUBMISSION_URL": "https://example.com/canary-of-the-harness"}


def make_folders(root: Path, files: Mapping[str, str], metadata: Any = METADATA, **course: str) -> Path:
    """`/autograder` under `root`; the zip is built of the small course, or of a variant, with `--seed 1`."""
    write_course(root / "course", **course)
    built = run_autograder("gradescope", "build", ID, "--out", "x.zip", "--seed", "1", cwd=root / "course")
    assert built.returncode == 0, built.stderr
    folder = root / "autograder"
    with zipfile.ZipFile(root / "course" / "x.zip") as archive:
        archive.extractall(folder / "source")
    (folder / "source").chmod(0o700)
    (folder / "results").mkdir()
    hand_in(folder, files, metadata)
    return folder


def hand_in(folder: Path, files: Mapping[str, str], metadata: Any = METADATA) -> None:
    """Put a submission and its metadata there."""
    (folder / "submission").mkdir(exist_ok=True)
    for path in (folder / "submission").iterdir():
        path.unlink()
    write_files(folder / "submission", dict(files))
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    (folder / "submission_metadata.json").write_text(text)


def command(folder: Path, kind: str = "plain-container") -> list[str]:
    """`gradescope run` in a plain container."""
    return on(kind, [sys.executable, "-P", "-m", "autograder", "gradescope", "run", "--root", str(folder)])


def run_there(folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end, with the harness's variables around it."""
    return subprocess.run(
        command(folder), env={**os.environ, **SECRETS, **(environment or {})}, cwd=folder, capture_output=True,
        text=True, timeout=240, check=False,
    )  # fmt: skip


def results_of(folder: Path) -> dict[str, Any]:
    """results.json, as the harness takes it."""
    results, reason = read_results(str(folder / "results" / "results.json"))
    assert results is not None, reason
    return results
