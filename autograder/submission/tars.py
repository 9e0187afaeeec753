"""The members of a tar file: v7, ustar, GNU and pax headers.

Not tarfile's: some of its releases take quadratic or endless time over a hostile header, and a student writes these
bytes. One pass, no recursion, no allocation that a header's number decides. Format: POSIX.1-2017 (pax), GNU tar manual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_BLOCK: Final = 512
_MAX_HEADER_BYTES: Final = 1 << 20
_MAX_EXTENDED: Final = 20  # headers before one member
_FILE_TYPES: Final = frozenset({b"0", b"\0", b"7"})
_WITHOUT_DATA: Final = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})  # links, devices, folders, pipes


class TarError(ValueError):
    """It is not a tar file, or it is cut off or damaged."""


@dataclass(frozen=True)
class Member:
    """A member: `kind` is `file`, `folder` or `strange`; a file's bytes lie at `offset`, `size` of them."""

    name: str
    kind: str
    offset: int
    size: int


def read_members(stream: BinaryIO) -> Iterator[Member]:
    """The members in order.

    Args:
        stream: the tar, not compressed; it is sought.

    Raises:
        TarError: at the place where it is damaged.
    """
    end = stream.seek(0, 2)
    position = headers = 0
    extended: dict[str, str] = {}
    while position < end:
        stream.seek(position)
        header = stream.read(_BLOCK)
        if not any(header):
            break
        kind, size = _check(header)
        if kind in b"LKxg":
            headers += 1
            if headers > _MAX_EXTENDED:
                raise TarError("it holds too many headers")
            body = _body(stream, size)
            extended |= _extended(kind, body)
            position += _BLOCK + _padded(size)
            continue
        yield (member := _member(header, kind, size, extended, position + _BLOCK))
        position += _BLOCK + (0 if kind in _WITHOUT_DATA else _padded(member.size))
        if position > end and member.offset + member.size > end:
            raise TarError("it is cut off")
        extended, headers = {}, 0
    if position == 0:
        raise TarError("it is empty")


def is_header(block: bytes) -> bool:
    """Whether a block can be a tar's first."""
    try:
        return len(block) == _BLOCK and (not any(block) or bool(_check(block)))
    except TarError:
        return False


def _check(header: bytes) -> tuple[bytes, int]:
    """Type and size of a whole header whose checksum holds."""
    if len(header) < _BLOCK:
        raise TarError("it is cut off")
    plain = header[:148] + b" " * 8 + header[156:]
    if _number(header[148:156]) not in (sum(plain), sum(byte - 256 * (byte > 127) for byte in plain)):
        raise TarError("a header is damaged")
    kind = header[156:157]
    if kind == b"S":
        raise TarError("it holds sparse files")
    return kind, _number(header[124:136])


def _number(text: bytes) -> int:
    """Octal digits, or a binary number as GNU tar writes large ones."""
    if text[0] == 0x80:
        return int.from_bytes(text[1:], "big")
    digits = text.split(b"\0")[0].strip()
    if digits.strip(b"01234567"):
        raise TarError("a header is damaged")
    return int(digits or b"0", 8)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _body(stream: BinaryIO, size: int) -> bytes:
    """The body of an extended header, behind which the stream stands."""
    if size > _MAX_HEADER_BYTES:
        raise TarError("a header is too long")
    body = stream.read(size)
    if len(body) < size:
        raise TarError("it is cut off")
    return body


def _extended(kind: bytes, body: bytes) -> dict[str, str]:
    """What an extended header says of the next member: its path and size; global ones (g) say neither here."""
    if kind == b"L":
        return {"path": _text(body.split(b"\0")[0])}
    return _records(body) if kind == b"x" else {}


def _records(body: bytes) -> dict[str, str]:
    """Records of a pax header, `length key=value` and a line's end each."""
    found, position = {}, 0
    while position < len(body):
        digits = body[position : position + 8].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        record = body[position + len(digits) + 1 : position + length - 1]
        key, equals, value = record.partition(b"=")
        if not equals or position + length > len(body):
            raise TarError("a header is damaged")
        found[_text(key)] = _text(value)
        position += length
    return found


def _member(header: bytes, kind: bytes, size: int, extended: dict[str, str], offset: int) -> Member:
    if any(key.startswith("GNU.sparse.") for key in extended):
        raise TarError("it holds sparse files")
    name = _text(header[:100].split(b"\0")[0])
    if header[257:263] == b"ustar\0" and (prefix := _text(header[345:500].split(b"\0")[0])):
        name = f"{prefix}/{name}"
    name = extended.get("path", name)
    if "size" in extended:
        if not (extended["size"].isascii() and extended["size"].isdigit() and len(extended["size"]) < 20):
            raise TarError("a header is damaged")
        size = int(extended["size"])
    is_folder = kind == b"5" or (kind in _FILE_TYPES and name.endswith("/"))
    return Member(name, "folder" if is_folder else "file" if kind in _FILE_TYPES else "strange", offset, size)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
