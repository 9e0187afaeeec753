"""Chromium for the tests that look at pages: the machine's, else Debian's package where root may install it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """The path of a Chromium; the test is skipped where there is none and none can be installed."""
    if not _which() and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        quiet = {"capture_output": True, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": False}
        if subprocess.run(install, **quiet).returncode != 0:
            subprocess.run(["apt-get", "update", "-qq"], **quiet)
            subprocess.run(install, **quiet)
    found = _which()
    if not found:
        pytest.skip("no Chromium is here, and none can be installed; apt-get install chromium")
    return found


def _which() -> str:
    return next(filter(None, map(shutil.which, _NAMES)), "")
