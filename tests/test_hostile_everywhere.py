"""The hostile collection under every backend: the half of tests/test_hostile.py that grades it, on other machines.

As root on this machine it runs there itself. `make hostile` shows the same as a table.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from machines import run_here

HOSTILE = str(Path(__file__).with_name("test_hostile.py"))


@pytest.mark.parametrize("kind", ["plain-user", "plain-container", "plain-container-no-landlock"])
def test_attacks_gain_nothing(kind: str) -> None:
    """No point, no canary, no harm to the control, and the machine as before."""
    done = run_here(kind, HOSTILE, "-k", "not works_alone")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 130
