"""A notebook's bytes -> its cells, as a person who grades by hand is shown them: texts and pictures, no output.

Outputs are the student's claim, and HTML; they are not read. `reader.py` runs this in a bounded process.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final, Literal

import msgspec

from autograder.errors import SubmissionError
from autograder.notebooks import MAX_CELLS, MAX_CODE_CHARS, RawCell, parse_notebook

MAX_PICTURES_BYTES: Final = 16 << 20
"""Of a notebook's pictures together, in base64; those beyond are left out."""
_SIGNATURES: Final = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


class Picture(msgspec.Struct, frozen=True):
    """A picture of pixels: its media type by its own first bytes, and its data in base64."""

    media_type: str
    data: str


class Cell(msgspec.Struct, frozen=True):
    """A cell.

    Attributes:
        kind: a raw cell counts as code: both are shown as they are written.
        name: nbgrader's `grade_id`, if the student's notebook gives it one.
        source: its text.
        pictures: those that are attached to it, by name.
    """

    kind: Literal["code", "markdown"]
    name: str
    source: str
    pictures: dict[str, Picture] = {}


def read_cells(name: str, data: bytes) -> list[Cell]:
    """The cells of a notebook.

    Args:
        name: the file's, for the sentences.
        data: its bytes.

    Raises:
        SubmissionError: it cannot be read; one sentence.
    """
    raw = parse_notebook(name, data).all_cells
    if len(raw) > MAX_CELLS or sum(len(cell.text) for cell in raw) > MAX_CODE_CHARS:
        raise SubmissionError(f"{name} holds more than {MAX_CELLS} cells or {MAX_CODE_CHARS >> 20} MiB of text.")
    cells = []
    room = MAX_PICTURES_BYTES
    for cell in raw:
        pictures = _pictures(cell.attachments, room)
        room -= sum(len(picture.data) for picture in pictures.values())
        cells.append(Cell(_kind(cell), str(cell.grading.get("grade_id", ""))[:128], cell.text, pictures))
    return cells


def _kind(cell: RawCell) -> Literal["code", "markdown"]:
    return "markdown" if cell.cell_type in ("markdown", "heading", "html") else "code"


def _pictures(attachments: Any, room: int) -> dict[str, Picture]:
    pictures = {}
    for name, forms in attachments.items() if isinstance(attachments, dict) else ():
        for data in forms.values() if isinstance(forms, dict) else ():
            text = "".join(data) if isinstance(data, list) and all(isinstance(one, str) for one in data) else data
            picture = _take_encoded(text) if isinstance(text, str) and len(text) <= room else None
            if picture is not None:
                pictures[name] = picture
                room -= len(picture.data)
                break
    return pictures


def _take_encoded(text: str) -> Picture | None:
    try:
        return take_picture(base64.b64decode(text, validate=False))
    except (binascii.Error, ValueError):
        return None


def take_picture(data: bytes) -> Picture | None:
    """The picture that these bytes are, by their signature; None where they are none of pixels (SVG is a program)."""
    for media_type, signature in _SIGNATURES.items():
        if data.startswith(signature) and (media_type != "image/webp" or data[8:12] == b"WEBP"):
            return Picture(media_type, base64.b64encode(data).decode())
    return None
