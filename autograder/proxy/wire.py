"""Frames, on the trusted side. The specification is in `_student_side.py`'s docstring.

Everything that arrives here was written by the student's process: what is not a frame of the wire, within limits of
size, is a WireError and the end of that sandbox. `decoding.py` and `encoding.py` turn nodes into values and back.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

MAGIC: Final = b"AGW2"
HEADER: Final = struct.Struct("<4sBBHI16sQ")
MAX_METADATA_BYTES: Final = 2 << 20
MAX_BUFFERS: Final = 4096
MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000
MAX_SET: Final = 5_000
MAX_OBJECTS: Final = 10_000
MEMFD_FROM_BYTES: Final = 1 << 18

_NUMERIC: Final = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
DTYPES: Final = {name: np.dtype(name) for name in _NUMERIC}
TENSOR_BYTES: Final = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "float16": 2, "bfloat16": 2, "float32": 4,
    "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip


class WireError(Exception):
    """The student's process sent something that is not the wire's language."""


class EncodeError(TypeError):
    """A test passed something that cannot cross; the author's to mend."""


class Kind(enum.IntEnum):
    """A frame's kind."""

    FILES = 1
    IMPORT = 2
    DO = 4
    WATCH = 5
    PROBE = 6
    ANSWER = 7
    VALUE = 16
    RAISED = 17
    MISSING = 18
    CALLBACK = 19


REPLIES: Final = frozenset({Kind.VALUE, Kind.RAISED, Kind.MISSING, Kind.CALLBACK})
_KINDS: Final = {int(kind): kind for kind in Kind}


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """VALUE's metadata."""

    value: Any
    changed: list[int | str]
    returned: list[tuple[int | str, Any]]


class Raised(msgspec.Struct, forbid_unknown_fields=True):
    """RAISED's metadata: the student's claim of what was raised, and where."""

    type: str
    base: str
    exact: bool
    classes: list[tuple[str, str]]
    token: int
    text: str
    frames: list[tuple[str, int, str]]
    traceback: str


class Missing(msgspec.Struct, forbid_unknown_fields=True):
    """MISSING's metadata."""


class Callback(msgspec.Struct, forbid_unknown_fields=True):
    """CALLBACK's metadata: the student's code calls a function of the test's."""

    number: int
    args: list[Any]
    kwargs: dict[str, Any]


_REPLY_TYPES: Final[dict[Kind, Any]] = {
    Kind.VALUE: Value,
    Kind.RAISED: Raised,
    Kind.MISSING: Missing,
    Kind.CALLBACK: Callback,
}
_DECODERS: Final = {kind: msgspec.msgpack.Decoder(model) for kind, model in _REPLY_TYPES.items()}

Reply = Value | Raised | Missing | Callback


class Header(NamedTuple):
    """A frame's first 36 bytes, checked."""

    kind: Kind
    in_memory: bool
    buffers: int
    metadata_bytes: int
    total_bytes: int


def pack_head(
    kind: Kind,
    nonce: bytes,
    metadata: dict[str, Any],
    buffers: Sequence[bytes | bytearray | memoryview],
    *,
    in_memory: bool,
) -> bytes:
    """A frame up to its buffers."""
    body = msgspec.msgpack.encode(metadata)
    sizes = [len(buffer) for buffer in buffers]
    header = HEADER.pack(MAGIC, kind, in_memory, len(buffers), len(body), nonce, sum(sizes))
    return header + struct.pack(f"<{len(sizes)}Q", *sizes) + body


def parse_header(data: bytes | bytearray, nonce: bytes, max_total_bytes: int) -> Header:
    """Check a reply's header.

    Raises:
        WireError: it is not one, or answers another request, or announces more than it may.
    """
    magic, kind, memory, buffers, metadata_bytes, echoed, total = HEADER.unpack_from(data)
    if magic != MAGIC or kind not in REPLIES or memory > 1:
        raise WireError("not a reply of the wire")
    if echoed != nonce:
        raise WireError("a reply to another request")
    if metadata_bytes > MAX_METADATA_BYTES or buffers > MAX_BUFFERS or total > max_total_bytes:
        raise WireError("a reply larger than it may be")
    return Header(_KINDS[kind], bool(memory), buffers, metadata_bytes, total)


def parse_whole(data: bytes, nonce: bytes, max_total_bytes: int) -> tuple[Reply, list[bytes], bytes] | None:
    """The frame that data begins with: its metadata, its buffers, and what follows it.

    Most frames are small, and come whole. None where the rest of it is still to come, or lies in a memfd.

    Raises:
        WireError: as `parse_header`, `parse_sizes` and `parse_reply` do.
    """
    if len(data) < HEADER.size:
        return None
    header = parse_header(data, nonce, max_total_bytes)
    start = HEADER.size + 8 * header.buffers
    place = start + header.metadata_bytes
    if header.in_memory or len(data) < place + header.total_bytes:
        return None
    sizes = parse_sizes(data[HEADER.size : start], header)
    reply = parse_reply(header, data[start:place])
    buffers = []
    for size in sizes:
        buffers.append(data[place : place + size])
        place += size
    return reply, buffers, data[place:]


def parse_sizes(data: bytes | bytearray, header: Header) -> tuple[int, ...]:
    """The lengths of the buffers, which must add up to the header's total."""
    sizes = struct.unpack(f"<{header.buffers}Q", data)
    if sum(sizes) != header.total_bytes:
        raise WireError("buffers that do not add up")
    return sizes


def parse_reply(header: Header, metadata: bytes | bytearray) -> Reply:
    """The reply's metadata as the record for its kind."""
    try:
        reply: Reply = _DECODERS[header.kind].decode(metadata)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, MemoryError) as error:
        raise WireError(f"metadata that cannot be read ({type(error).__name__})") from None
    return reply
