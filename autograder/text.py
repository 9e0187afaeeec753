"""Sources as students' editors leave them -> bytes that Python reads: a repair, and the sentence that says it.

Nothing is parsed here; what needs no repair stays as it is, byte for byte, but for its line ends.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODING: Final = re.compile(rb"^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)")
# Those that a source may name: text of single bytes or of East Asia, nothing that computes for long.
_CODECS: Final = re.compile(
    r"latin-?1|iso-?8859-?\d+|ascii|us-ascii|utf-?8(-sig)?|(cp|windows-?)\d{3,4}|mac-?(roman|cyrillic)|koi8-[ru]"
    r"|gbk|gb2312|gb18030|big5|shift-?jis|euc-?(jp|kr|cn)"
)


def repair_source(name: str, data: bytes) -> tuple[bytes, str]:
    """A source as Python can read it, and what was repaired: one sentence, or "".

    Args:
        name: the file's, for the sentence.
        data: its bytes.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace").lstrip("\ufeff").replace("\0", "").encode("utf-8", "replace")
            return _named_utf8(_with_newlines(text)), f"{name} is {encoding.upper()}; it was read as such."
    marked = data.startswith(codecs.BOM_UTF8)
    data, said = _without_nulls(name, data.removeprefix(codecs.BOM_UTF8))
    coding = find_coding(data)
    if coding is None:
        data, more = _as_utf8(name, data)
    else:
        data, more = _as_declared(name, data, coding[0], marked=marked)
    return _with_newlines(data), f"{said} {more}".strip()


def find_coding(data: bytes) -> tuple[str, slice] | None:
    """The encoding that one of the first two lines names, and where."""
    start = 0
    for line in re.split(rb"\r\n|\r|\n", data[:2000], maxsplit=2)[:2]:
        found = _CODING.match(line)
        if found:
            return found[2].decode("ascii", "replace").lower(), slice(start + found.start(2), start + found.end(2))
        if line.strip() and not line.lstrip().startswith(b"#"):
            return None
        start += len(line) + (2 if data[start + len(line) :].startswith(b"\r\n") else 1)
    return None


def _without_nulls(name: str, data: bytes) -> tuple[bytes, str]:
    if b"\0" not in data:
        return data, ""
    return data.replace(b"\0", b""), f"{name} holds NUL bytes; they were left out."


def _as_utf8(name: str, data: bytes) -> tuple[bytes, str]:
    """Bytes without a coding line: UTF-8, or what Windows wrote before."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _decode_western(data).encode(), f"{name} is not UTF-8 (line {line}); it was read as Windows-1252."
    return data, ""


def _as_declared(name: str, data: bytes, encoding: str, *, marked: bool) -> tuple[bytes, str]:
    """Bytes with a coding line: kept where it is true; else the line is set right."""
    encoding = encoding.replace("_", "-")
    if _CODECS.fullmatch(encoding) and not (marked and not encoding.startswith("utf")):
        try:
            text = data.decode(encoding)
            b"".join(re.split(rb"(\r\n|\r|\n)", data, maxsplit=2)[:3]).decode()
        except LookupError:
            pass
        except UnicodeDecodeError as error:
            if error.encoding == "utf-8" and not encoding.startswith("utf"):
                # true, but not to be seen by Python's reader of coding lines, which wants the first two in UTF-8
                return _named_utf8(_with_newlines(text.encode())), ""
        else:
            return data, ""
    data, _ = _as_utf8(name, _named_utf8(data))
    return data, f"{name} is not in the encoding that it names ({encoding[:20]}); it was read without regard to it."


def _named_utf8(data: bytes) -> bytes:
    """The source with a coding line that says UTF-8, where it has one."""
    coding = find_coding(data)
    return data if coding is None else data[: coding[1].start] + b"utf-8" + data[coding[1].stop :]


def _decode_western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _with_newlines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
