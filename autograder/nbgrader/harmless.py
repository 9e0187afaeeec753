"""A student's Markdown as formgrader may render it: mathematics and pictures stay, markup and links do not.

formgrader and nbgrader's feedback hand Markdown to nbconvert, which passes HTML on and takes links of any protocol: a
script in an answer would run with the rights of the TA who looks at it, who may set grades. Whatever could begin a tag,
a link or a definition of one gets a blank inside, which every renderer takes for text and which changes no formula. A
heading becomes a line of text: nbconvert gives it an id, which could be that of the field where its points are typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from autograder.cells import Picture

MAX_CHARS: Final = 60_000
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_LINK: Final = re.compile(r"\](?=[(:])")
_HEADING: Final = re.compile(r"^((?:[^\S\n]|[>*+\-\d.):])*)(?=#)", re.MULTILINE)
_UNDERLINE: Final = re.compile(r"^(?=(?:[^\S\n]|[>*+\-\d.):])*(?:=+|-)[ \t]*$)", re.MULTILINE)
_DIAGRAM: Final = re.compile(r"(?<=[`~]{3})[ \t]*(?=mermaid)", re.IGNORECASE)  # nbconvert writes its body unescaped
_PICTURE: Final = re.compile(r"!\[([^\[\]\n]{0,200})\]\([ \t]*(?:attachment:)?([^()\s\"'<>]{1,200})[ \t]*\)")
_NO_ALT: Final = re.compile(r"[^\w ,.-]")


def make_harmless(text: str, pictures: Mapping[str, Picture]) -> tuple[str, dict[str, dict[str, str]]]:
    """Markdown without tags and links, and its pictures as a cell's attachments.

    Args:
        text: the student's.
        pictures: those that it may name: attached to the cell, or files beside the notebook.

    Returns:
        The text, cut at MAX_CHARS, and `attachments` as nbformat has them, under names of ours.
    """
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS] + "\n\n(cut here; the whole is in what was handed in)"
    text = "\n".join(text.splitlines())  # one kind of line end, for every renderer
    attachments: dict[str, dict[str, str]] = {}
    parts = []
    end = 0
    for match in _PICTURE.finditer(text):
        picture = pictures.get(match[2])
        if picture is not None:
            name = f"picture-{len(attachments) + 1}"
            attachments[name] = {picture.media_type: picture.data}
            parts += [_break_up(text[end : match.start()]), f"![{_NO_ALT.sub('', match[1])}](attachment:{name})"]
            end = match.end()
    return "".join((*parts, _break_up(text[end:]))), attachments


def _break_up(text: str) -> str:
    text = _TAG.sub("< ", text)
    text = _LINK.sub("] ", text)
    text = _HEADING.sub(r"\1\\", text)
    text = _UNDERLINE.sub("\n", text)  # what stands alone underlines nothing
    return _DIAGRAM.sub(" . ", text)
