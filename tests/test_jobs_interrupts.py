"""Ctrl-C waits for the end of a step; a second one does not."""

import os
import signal

import pytest

from autograder.jobs.interrupts import Interrupts


def press() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_waits_until_somebody_asks() -> None:
    """The step that is under way ends; then it is an interrupt."""
    with Interrupts() as interrupts:
        interrupts.check()
        press()
        steps = list(range(3))  # nothing of it is lost
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
    assert steps == [0, 1, 2]


def test_second_ctrl_c_is_one_at_once() -> None:
    """Whoever presses it again does not want to wait."""
    with Interrupts():
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


def test_sleep_ends_with_it() -> None:
    """A sleep of an hour ends with the Ctrl-C that came before."""
    with Interrupts() as interrupts:
        press()
        with pytest.raises(KeyboardInterrupt):
            interrupts.sleep(3600)


def test_afterwards_everything_is_as_before() -> None:
    """Python's own handler is back; one that ignores Ctrl-C was never replaced."""
    with Interrupts():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            press()
            interrupts.check()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
