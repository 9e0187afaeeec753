"""Tests of autograder.testrun.host_process: a package that is missing is said, not a mystery of the suite's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import write_files


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("pytest", "raise ModuleNotFoundError(\"No module named 'pytest'\", name='pytest')\n"),
        ("pytest", "__version__ = '7.0'\n"),  # too old: what is asked of it is not there
        ("numpy", "raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')\n"),
    ],
)
def test_missing_package_is_told_to_the_driver(tmp_path: Path, package: str, source: str) -> None:
    """The driver gets one sentence in the place of the tests."""
    write_files(tmp_path, {f"{package}/__init__.py": source})
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [sys.executable, "-m", "autograder.testrun.host_process", str(theirs.fileno())], cwd="/",
            env={**os.environ, "PYTHONPATH": str(tmp_path)}, pass_fds=[theirs.fileno()], capture_output=True,
            timeout=60, check=True,
        )  # fmt: skip
        size = int.from_bytes(ours.recv(4), "big")
        message = json.loads(ours.recv(size))
    assert done.stderr == b""
    assert message["error"].startswith("pytest or a package beside it is missing or too old (")
    assert package in message["error"]
