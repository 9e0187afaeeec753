"""A notebook's cells as a grader is shown them: texts and pictures of pixels, whatever else lies in the file."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from nbgrader_course import PIXEL
from notebook_files import cell, notebook, version_3

from autograder.cells import MAX_PICTURES_BYTES, Cell, Picture, read_cells, take_picture
from autograder.errors import SubmissionError
from autograder.notebooks import MAX_CELLS
from autograder.reader import Reader

DOT = Picture("image/png", PIXEL)


def test_texts_and_names() -> None:
    """Kind, nbgrader's name and text of each cell, in order; a raw cell is shown as it is written, outputs are not."""
    named = cell("x = 1\r\ny = 2\n") | {"metadata": {"nbgrader": {"grade_id": "answer"}}}
    named["outputs"] = [{"output_type": "display_data", "data": {"text/html": "<b>"}, "metadata": {}}]
    data = notebook(cell("# Words", "markdown"), named, cell("raw", "raw"))
    assert read_cells("a.ipynb", data) == [
        Cell("markdown", "", "# Words"),
        Cell("code", "answer", "x = 1\ny = 2"),
        Cell("code", "", "raw"),
    ]
    assert [one.kind for one in read_cells("old.ipynb", version_3("x = 1"))] == ["markdown", "code"]


@pytest.mark.parametrize(
    ("attachments", "kept"),
    [
        ({"a.png": {"image/png": PIXEL}}, {"a.png": DOT}),
        ({"a.png": {"image/png": [PIXEL[:10], PIXEL[10:]]}}, {"a.png": DOT}),
        ({'x" onerror="alert(1)': {'image/png" onerror="alert(1)': PIXEL}}, {'x" onerror="alert(1)': DOT}),
        ({"a.svg": {"image/svg+xml": base64.b64encode(b"<svg onload='alert(1)'/>").decode()}}, {}),
        ({"a.png": {"image/png": "no base64 \u00e9"}}, {}),
        ({"a.png": {"image/png": [1, 2]}, "b.png": "text", "c.png": None}, {}),
        (["a.png"], {}),
        ({"a.png": {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(MAX_PICTURES_BYTES)).decode()}}, {}),
    ],
)  # fmt: skip
def test_pictures(attachments: Any, kept: dict[str, Picture]) -> None:
    """A picture is one by its first bytes, under a media type of ours; a program, or what is too large, is left out."""
    data = notebook(cell("![a](attachment:a.png)", "markdown") | {"attachments": attachments})
    assert read_cells("a.ipynb", data)[0].pictures == kept


def test_signatures() -> None:
    """The four kinds of pictures by their signatures, and no other RIFF file."""
    kinds = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF89a": "image/gif",
             b"RIFF\0\0\0\0WEBP": "image/webp"}  # fmt: skip
    for start, media_type in kinds.items():
        picture = take_picture(start + b"rest")
        assert picture is not None
        assert picture.media_type == media_type
    assert take_picture(b"RIFF\0\0\0\0WAVE") is None
    assert take_picture(b"<html>") is None


def test_too_many_cells() -> None:
    """A notebook beyond the bounds is refused in a sentence."""
    with pytest.raises(SubmissionError, match=r"^big\.ipynb holds more than 5000 cells or 4 MiB of text\.$"):
        read_cells("big.ipynb", json.dumps({"cells": [{"cell_type": "code"}] * (MAX_CELLS + 1)}).encode())


def test_read_in_the_bounded_process() -> None:
    """The reader's process gives the same cells, and the same refusals."""
    reader = Reader()
    try:
        assert reader.read_cells("a.ipynb", notebook("x = 1")) == [Cell("code", "", "x = 1")]
        with pytest.raises(SubmissionError, match=r"its JSON is broken or cut off"):
            reader.read_cells("a.ipynb", notebook("x = 1")[:-20])
    finally:
        reader.close()
