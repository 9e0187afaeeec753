"""Sources as editors leave them: read by Python after the repair as they were meant."""

from __future__ import annotations

import codecs
import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import find_coding, repair_source

WORDS = "# naïve café\nx = 'é'\n"


def read(data: bytes) -> str:
    """What Python reads of a source."""
    return importlib.util.decode_source(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (WORDS.encode(), ""),
        (codecs.BOM_UTF8 + WORDS.encode(), ""),
        (WORDS.replace("\n", "\r\n").encode(), ""),
        (WORDS.replace("\n", "\r").encode(), ""),
        (WORDS.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "UTF-16"),
        (codecs.BOM_UTF32_LE + WORDS.encode("utf-32-le"), "UTF-32"),
        (WORDS.encode("latin-1"), "Windows-1252"),
        (WORDS.encode().replace(b"x", b"\0x\0"), "NUL"),
    ],
)
def test_source_is_read_as_it_was_meant(data: bytes, said: str) -> None:
    """After the repair Python reads the text, and one sentence says it where something was changed."""
    repaired, sentence = repair_source("work.py", data)
    assert read(repaired) == WORDS
    assert said in sentence
    assert bool(sentence) == bool(said)
    assert sentence.count(".") <= 2 + sentence.count("work.py")


@pytest.mark.parametrize("coding", ["latin-1", "iso-8859-15", "cp1252", "utf-8", "Latin_1"])
def test_true_coding_line_is_kept(coding: str) -> None:
    """A source in the encoding that it names stays as it is."""
    data = f"#!/usr/bin/python\n# -*- coding: {coding} -*-\nx = 'é'\n".encode(coding)
    assert repair_source("work.py", data) == (data, "")
    assert "é" in read(data)


@pytest.mark.parametrize("coding", ["utf-8", "no-such-thing", "rot13", "idna", "zlib", "ascii", "utf-16"])
def test_false_coding_line_is_set_right(coding: str) -> None:
    """A source that names an encoding in which it is not is read without regard to it, and that is said."""
    data = b"# coding: " + coding.encode() + b"\nx = '\xe9'\n"
    repaired, sentence = repair_source("work.py", data)
    assert read(repaired) == "# coding: utf-8\nx = 'é'\n"
    assert coding in sentence


def test_coding_line_in_utf_16_is_set_right() -> None:
    """What was UTF-16 is UTF-8 after the repair, whatever its coding line said."""
    repaired, _ = repair_source("work.py", "# coding: latin-1\nx = 'é'\n".encode("utf-16"))
    assert read(repaired) == "# coding: utf-8\nx = 'é'\n"


def test_coding_line_with_letters_of_its_own() -> None:
    """A line that names the encoding, and holds a letter in it, is read as it was meant."""
    repaired, sentence = repair_source("work.py", "# coding: latin-1, écrit par moi\nx = 'é'\n".encode("latin-1"))
    assert read(repaired) == "# coding: utf-8, écrit par moi\nx = 'é'\n"
    assert sentence == ""


def test_mark_and_coding_line_that_disagree() -> None:
    """UTF-8 with a mark and another coding line, which Python refuses, is UTF-8."""
    repaired, _ = repair_source("work.py", codecs.BOM_UTF8 + "# coding: latin-1\nx = 'é'\n".encode())
    assert "'é'" in read(repaired)


def test_coding_line_counts_in_the_first_two_lines_alone() -> None:
    """As Python has it: a comment of line 1 or 2, line 1 being blank or a comment."""
    assert find_coding(b"x = 1\n# coding: latin-1\n") is None
    assert find_coding(b"\n\n# coding: latin-1\n") is None
    assert find_coding(b"#!python\r\n# vim: set fileencoding=latin-1 :\r\n") == ("latin-1", slice(34, 41))


@given(st.binary(max_size=200))
def test_any_bytes_are_repaired_once(data: bytes) -> None:
    """No bytes raise; what is repaired holds no NUL and no carriage return, can be decoded, and stays as it is."""
    repaired, _ = repair_source("work.py", data)
    assert b"\0" not in repaired
    assert b"\r" not in repaired
    read(repaired)
    assert repair_source("work.py", repaired)[0] == repaired
