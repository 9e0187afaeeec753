"""What a process used: the kernel's own words, and those of ps."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time

import pytest

from autograder.proxy.usage import Usage, parse_ps, read_usage


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("  0:01.23   2048\n", Usage(1.23, 2.0)),  # macOS
        ("00:01:05 1024\n", Usage(65.0, 1.0)),  # Linux
        ("1-02:00:00 512", Usage(93_600.0, 0.5)),
        ("123:00.50 1024", Usage(7380.5, 1.0)),
    ],
)
def test_ps_is_read(text: str, usage: Usage) -> None:
    """Days, hours, minutes, seconds and hundredths, as systems print them."""
    assert parse_ps(text) == usage


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps here")
def test_ps_agrees_with_the_kernel() -> None:
    """On this machine ps says of a process's memory what is read from the kernel."""
    with subprocess.Popen([sys.executable, "-c", "x = b'1' * 50_000_000; input()"], stdin=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while (found := read_usage(process)) is None or found.memory_mib < 50:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        command = ["ps", "-o", "time=,rss=", "-p", str(process.pid)]
        said = parse_ps(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert abs(said.memory_mib - found.memory_mib) < 20
        process.kill()


def test_cpu_time_grows_and_a_gone_process_has_none() -> None:
    """A loop's CPU seconds are seen from outside; of a process that was reaped nothing is known."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    deadline = time.monotonic() + 30
    while (found := read_usage(process)) is None or found.cpu_s < 0.2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert read_usage(process) is None
