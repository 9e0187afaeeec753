"""A notebook's bytes -> the source of a module, and which of its lines are which cell's.

nbformat reads it (older formats are upgraded), nbconvert's filter turns magics and shell lines into calls of
`get_ipython()`, which does nothing in the sandbox. The libraries are large and the bytes a student's: `reader.py` runs
this in a bounded process.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, Final

import msgspec

from autograder.errors import SubmissionError

MAX_CELLS: Final = 5_000
MAX_CODE_CHARS: Final = 4 << 20
MAX_ESCAPES: Final = 200  # magics and shell lines of one cell: the filter reads the whole cell again for each

_RUN_MAGICS: Final = frozenset({"time", "capture", "prun"})  # the body of their cell runs; that of any other does not
_CELL_MAGIC: Final = re.compile(r"%%(\w+)")
_MODULE_WRITTEN: Final = re.compile(r"%%writefile[ \t]+(?:-a[ \t]+)?(?:\./)?\w+\.py$")  # other cells import from it
_ESCAPE: Final = re.compile(r"^[^#\n]*[!%?]", re.MULTILINE)
_TIMED: Final = re.compile(r"^([ \t]*)%time[ \t]+(?=\S)", re.MULTILINE)


class Notebook(msgspec.Struct, frozen=True):
    """A notebook as a module.

    Attributes:
        source: its code cells, one after another.
        code: the same as the student wrote it, magics and all; seeds hang on it.
        cells: each code cell's name, first line in `source`, and number of lines.
        notes: what was left out, a sentence each.
    """

    source: str
    code: str
    cells: list[tuple[str, int, int]]
    notes: list[str] = []


class _Language(msgspec.Struct):
    name: Any = ""
    language: Any = ""


class _Metadata(msgspec.Struct):
    kernelspec: _Language | None = None
    language_info: _Language | None = None


class _VsCode(msgspec.Struct):
    languageId: Any = ""  # noqa: N815  VS Code's key


class _CellMetadata(msgspec.Struct):
    vscode: _VsCode | None = None
    nbgrader: Any = None


class RawCell(msgspec.Struct):
    """A cell of any version, without its outputs: they are skipped, not read."""

    cell_type: Any = ""
    source: Any = ""
    input: Any = ""
    language: Any = "python"
    metadata: _CellMetadata | None = None
    attachments: Any = None

    @property
    def text(self) -> str:
        """Its source, with plain ends of lines; empty where it has none."""
        return _clean(_text(self.source) or _text(self.input))

    @property
    def grading(self) -> dict[str, Any]:
        """What nbgrader notes of it; empty where it notes nothing."""
        noted = self.metadata.nbgrader if self.metadata else None
        return noted if isinstance(noted, dict) else {}


class _Sheet(msgspec.Struct):
    cells: list[RawCell] = []


class RawNotebook(msgspec.Struct):
    """A notebook's JSON, of any version."""

    cells: list[RawCell] = []
    worksheets: list[_Sheet] = []
    metadata: _Metadata | None = None
    nbformat: int = 4

    @property
    def all_cells(self) -> list[RawCell]:
        """Its cells in order, whatever holds them."""
        return [*self.cells, *(cell for sheet in self.worksheets for cell in sheet.cells)]


def read_notebook(name: str, data: bytes) -> Notebook:
    """The module that a notebook holds.

    Args:
        name: the file's, for the sentences.
        data: its bytes.

    Raises:
        SubmissionError: it cannot be read, or is not one of Python; one sentence.
    """
    import nbformat

    file = parse_notebook(name, data)
    _check_language(name, file.metadata or _Metadata())
    try:
        upgraded = nbformat.reads(  # type: ignore[no-untyped-call]
            json.dumps(_without_outputs(file)), as_version=4
        )
    except Exception as error:  # noqa: BLE001  nbformat raises what it likes on what it does not know
        raise SubmissionError(
            f"{name} cannot be read as a notebook ({type(error).__name__}); save it again from Jupyter and hand it in."
        ) from None
    code = [
        _clean(str(cell.source)) if _is_work(original) else ""
        for cell, original in zip(upgraded.cells, file.all_cells, strict=False)
        if cell.cell_type == "code"
    ]
    if not any(text.strip() for text in code):
        raise SubmissionError(f"{name} holds no code; save it again with its cells and hand it in.")
    if len(code) > MAX_CELLS or sum(map(len, code)) > MAX_CODE_CHARS:
        raise SubmissionError(
            f"{name} holds more than {MAX_CELLS} cells or {MAX_CODE_CHARS >> 20} MiB of code; hand in the work alone."
        )
    return _join(code)


def parse_notebook(name: str, data: bytes) -> RawNotebook:
    """The JSON of a notebook's bytes.

    Raises:
        SubmissionError: they are none; one sentence.
    """
    if not data.strip(b" \t\r\n\0"):
        raise SubmissionError(f"{name} is empty; save the notebook again and hand it in.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return msgspec.json.decode(data, type=RawNotebook)
    except msgspec.ValidationError:
        problem = "its JSON is not that of a notebook"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:  # NaN among the outputs, which Python's own JSON takes
            return msgspec.convert(json.loads(data.decode("utf-8", "replace")), RawNotebook)
        except json.JSONDecodeError as error:
            problem = f"its JSON is broken or cut off at line {error.lineno}"
        except (ValueError, RecursionError, msgspec.MsgspecError):
            problem = "its JSON is not that of a notebook"
    raise SubmissionError(f"{name} cannot be read: {problem}; save the notebook again and hand it in.") from None


def _check_language(name: str, metadata: _Metadata) -> None:
    said = [
        metadata.language_info and metadata.language_info.name,
        metadata.kernelspec and metadata.kernelspec.language,
    ]
    kernel = str(metadata.kernelspec.name).lower() if metadata.kernelspec else ""
    language = next((str(value) for value in said if value), "R" if kernel in ("ir", "xr") else "python")
    if not language.lower().startswith(("python", "ipython")):
        raise SubmissionError(f"{name} is a notebook of {language[:30]}, not of Python; hand in one of Python.")


def _is_work(cell: RawCell) -> bool:
    """Whether a cell of code is of the student's: of Python, and no test of nbgrader's that came with the notebook.

    The tests of grading are others, and what calls unfinished functions at the top level would only cost time.
    """
    is_test = cell.grading.get("grade") is True and cell.grading.get("solution") is False
    return not is_test and _cell_language(cell) in ("", "python")


def _cell_language(cell: RawCell) -> str:
    """The language of a cell in a notebook of several; "" or `python` for Python."""
    vscode = cell.metadata.vscode if cell.metadata else None
    return str(vscode.languageId if vscode else cell.language).lower()


def _without_outputs(file: RawNotebook) -> dict[str, Any]:
    """What nbformat is given: of each cell its type and source, in the form of the file's own version."""
    if file.nbformat >= 4:
        cells = [_plain_cell(cell, "source", "execution_count") for cell in file.cells]
        return {"nbformat": file.nbformat, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    sheets = [{"metadata": {}, "cells": [_plain_cell(cell, "input", "prompt_number") for cell in sheet.cells]}
              for sheet in file.worksheets or [_Sheet(file.cells)]]  # fmt: skip
    return {"nbformat": file.nbformat, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def _plain_cell(cell: RawCell, key: str, count: str) -> dict[str, Any]:
    if cell.cell_type != "code":
        kind = cell.cell_type if cell.cell_type in ("markdown", "raw", "heading", "html") else "raw"
        level = {"level": 1} if kind == "heading" else {}
        return {"cell_type": kind, "metadata": {}, "source": "", **level}
    text = _text(cell.source) or _text(cell.input)
    language = {"language": "python", "collapsed": False} if key == "input" else {}
    return {"cell_type": "code", "metadata": {}, "outputs": [], count: None, key: text, **language}


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _clean(text: str) -> str:
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _join(code: list[str]) -> Notebook:
    pieces: list[str] = []
    cells: list[tuple[str, int, int]] = []
    notes: list[str] = []
    line = 1
    for number, text in enumerate(code, start=1):
        source, left_out = _as_python(text)
        if left_out:
            notes.append(f"Cell {number} (%%{left_out}) was not run.")
        count = source.count("\n") + 1
        cells.append((f"cell {number}", line, count))
        pieces.append(source)
        line += count
    return Notebook("\n".join(pieces) + "\n", "\n\n".join(code), cells, notes[:20])


def _as_python(text: str) -> tuple[str, str]:
    """A cell as Python, line for line; and the magic because of which it does not run, if there is one."""
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    while start < len(lines) and (magic := _CELL_MAGIC.match(lines[start].strip())):
        if magic[1] not in _RUN_MAGICS and not _MODULE_WRITTEN.match(lines[start].strip()):
            return "\n" * (len(lines) - 1), magic[1][:30]
        lines[start] = ""
        start += 1
    body = _TIMED.sub(r"\1", "\n".join(lines[start:]))
    return "\n" * start + _transform(body), ""


def _transform(body: str) -> str:
    """The body with magics, shell lines and help made calls; it keeps its number of lines."""
    if not re.search(r"[!%?]|>>>|In \[|\A\s*[ \t]", body) or len(_ESCAPE.findall(body)) > MAX_ESCAPES:
        return body
    blank = len(body) - len(body.lstrip("\n"))
    changed = _to_python(body).strip("\n")
    if changed.count("\n") != body.strip("\n").count("\n"):  # a shell line that goes on in the next
        changed = _to_python(_join_continued(body)).strip("\n")
    return "\n" * blank + changed + "\n" * (body.count("\n") - blank - changed.count("\n"))


def _to_python(body: str) -> str:
    from nbconvert.filters.strings import ipython2python

    try:
        return str(ipython2python(body))  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001  what it cannot read is read as Python, and is passed over there
        return body


def _join_continued(body: str) -> str:
    """Shell lines and magics that end in a backslash, each on one line with blank ones after it."""
    lines = body.split("\n")
    for index, line in enumerate(lines):
        following = index + 1
        while line.lstrip()[:1] in ("!", "%") and line.endswith("\\") and following < len(lines):
            line = line[:-1] + lines[following].strip()
            lines[index], lines[following] = line, ""
            following += 1
    return "\n".join(lines)
