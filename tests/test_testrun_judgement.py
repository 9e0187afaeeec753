"""What a traceback looks like before it is kept."""

import os
from pathlib import Path

import pytest

import autograder
from autograder.testrun.judgement import tidy


def test_traceback_names_no_address_and_no_control_character() -> None:
    """Two runs give the same text, and nothing in it moves a terminal's cursor."""
    assert tidy("E   assert <F object at 0x7f12ab34cd56> == 0x10") == "E   assert <F object at 0x...> == 0x10"
    assert tidy("E   assert '\x1b[2J\u202e' == 'a'\n\tb") == "E   assert '�[2J�' == 'a'\n\tb"


def test_traceback_is_bounded() -> None:
    """What a comparison quotes does not grow beyond what a TA reads."""
    assert len(tidy("x" * 1_000_000)) == 20_000


def test_installed_file_has_one_name_wherever_the_suite_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest names a file relative to the suite where that is shorter; what is not installed keeps its name."""
    monkeypatch.chdir(tmp_path)
    installed = Path(autograder.__file__).with_name("checks") / "probe.py"
    assert tidy(f"{os.path.relpath(installed)}:106: in check_claim") == "autograder/checks/probe.py:106: in check_claim"
    assert tidy(f"{installed}:106: in check_claim") == "autograder/checks/probe.py:106: in check_claim"
    assert tidy("../elsewhere/conftest.py:3: in draw") == "../elsewhere/conftest.py:3: in draw"
