"""What reads a student's bytes, under a coverage-guided fuzzer for a while; `make fuzz` gives each half an hour."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TARGETS = [("decode_reply", 15, 2_500), ("unpack_archive", 10, 2_500), ("read_notebook", 10, 250)]


@pytest.mark.parametrize(("target", "seconds", "executions_at_least"), TARGETS)
def test_stands_a_while_of_fuzzing(target: str, seconds: int, executions_at_least: int, tmp_path: Path) -> None:
    """No input crashes it, hangs it or takes more memory than its target says, and more is reached than at first."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    script = Path(__file__).parent / "fuzz" / f"{target}.py"
    done = subprocess.run(
        [sys.executable, str(script), str(seconds), str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=10 * seconds, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    executions = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    assert executions is not None
    print(f"{executions[1]} executions, {coverage[-1]} edges covered")
    assert int(executions[1]) > executions_at_least
    assert int(coverage[-1]) > int(coverage[0])
