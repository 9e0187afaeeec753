"""What reads a student's bytes, under a coverage-guided fuzzer for a minute; `make fuzz` runs it for half an hour."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 60


def fuzz(name: str, tmp_path: Path, executions_at_least: int) -> None:
    """Run a fuzzer; it finds nothing, runs often enough, and reaches more than its seeds do."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    script = Path(__file__).parent / "fuzz" / name
    done = subprocess.run(
        [sys.executable, str(script), str(SECONDS), str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=10 * SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    executions = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    assert executions is not None
    print(f"{executions[1]} executions, {coverage[-1]} edges covered")
    assert int(executions[1]) > executions_at_least
    assert int(coverage[-1]) > int(coverage[0])


def test_decoder_stands_a_minute_of_fuzzing(tmp_path: Path) -> None:
    """No input crashes it, hangs it or takes more than 256 MiB, and most of what it can do is reached."""
    fuzz("decode_reply.py", tmp_path, 10_000)


def test_reader_stands_a_minute_of_fuzzing(tmp_path: Path) -> None:
    """No notebook or source crashes what reads it, hangs it or takes more than 512 MiB."""
    fuzz("read_notebook.py", tmp_path, 1_000)
