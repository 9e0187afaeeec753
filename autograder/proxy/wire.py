"""Frames and a closed list of types, on the trusted side. The specification is in `_student_side.py`'s docstring.

Everything that arrives here was written by the student's process. A value is rebuilt as exactly one of the listed
types, within limits of size, depth and count; anything else is a WireError and the end of that sandbox.
"""

from __future__ import annotations

import enum
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

MAGIC: Final = b"AGW1"
HEADER: Final = struct.Struct("<4sBxHI16sQ")
MAX_METADATA_BYTES: Final = 2 << 20
MAX_BUFFERS: Final = 4096
MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000

_NUMERIC: Final = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
DTYPES: Final = {name: np.dtype(name) for name in _NUMERIC}
_GENERATORS: Final = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})


class WireError(Exception):
    """The student's process sent something that is not the wire's language."""


class EncodeError(TypeError):
    """A test passed something that cannot cross; the author's to mend."""


class Kind(enum.IntEnum):
    """A frame's kind."""

    FILES = 1
    IMPORT = 2
    BEGIN = 3
    CALL = 4
    GET = 5
    VALUE = 16
    RAISED = 17
    MISSING = 18


REPLIES: Final = frozenset({Kind.VALUE, Kind.RAISED, Kind.MISSING})


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """VALUE's metadata."""

    value: Any
    changed: list[int | str]


class Raised(msgspec.Struct, forbid_unknown_fields=True):
    """RAISED's metadata: the student's claim of what was raised, and where."""

    type: str
    base: str
    exact: bool
    text: str
    frames: list[tuple[str, int, str]]
    traceback: str


class Missing(msgspec.Struct, forbid_unknown_fields=True):
    """MISSING's metadata."""


_REPLY_TYPES: Final[dict[Kind, Any]] = {Kind.VALUE: Value, Kind.RAISED: Raised, Kind.MISSING: Missing}
_DECODERS: Final = {kind: msgspec.msgpack.Decoder(model) for kind, model in _REPLY_TYPES.items()}

Reply = Value | Raised | Missing


@dataclass(frozen=True)
class Header:
    """A frame's first 36 bytes, checked."""

    kind: Kind
    buffers: int
    metadata_bytes: int
    total_bytes: int


@dataclass(frozen=True, eq=False)
class Handle:
    """An object of the student's that stays where it is. It has no value here: every use of one raises."""

    number: int
    type_name: str
    generation: int

    def __eq__(self, other: object) -> bool:
        raise _opaque(self, "compared with ==")

    def __hash__(self) -> int:
        raise _opaque(self, "hashed")

    def __bool__(self) -> bool:
        raise _opaque(self, "asked for its truth")

    def __len__(self) -> int:
        raise _opaque(self, "measured with len()")

    def __iter__(self) -> Any:
        raise _opaque(self, "iterated")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise _opaque(self, "converted to an array")

    def __float__(self) -> float:
        raise _opaque(self, "converted to a float")

    def __lt__(self, other: object) -> bool:
        raise _opaque(self, "ordered")

    __gt__ = __le__ = __ge__ = __lt__


def _opaque(handle: Handle, what: str) -> TypeError:
    return TypeError(f"The student's code returned an object of type {handle.type_name!r}, which cannot be {what}.")


def pack_frame(kind: Kind, nonce: bytes, metadata: dict[str, Any], buffers: list[bytes]) -> list[bytes]:
    """The pieces of a frame, to be sent one after another."""
    body = msgspec.msgpack.encode(metadata)
    sizes = [len(buffer) for buffer in buffers]
    header = HEADER.pack(MAGIC, kind, len(buffers), len(body), nonce, sum(sizes))
    return [header + struct.pack(f"<{len(sizes)}Q", *sizes) + body, *buffers]


def parse_header(data: bytes, nonce: bytes, max_total_bytes: int) -> Header:
    """Check a reply's header.

    Raises:
        WireError: it is not one, or answers another request, or announces more than it may.
    """
    magic, kind, buffers, metadata_bytes, echoed, total = HEADER.unpack(data)
    if magic != MAGIC or kind not in REPLIES:
        raise WireError("not a reply of the wire")
    if echoed != nonce:
        raise WireError("a reply to another request")
    if metadata_bytes > MAX_METADATA_BYTES or buffers > MAX_BUFFERS or total > max_total_bytes:
        raise WireError("a reply larger than it may be")
    return Header(Kind(kind), buffers, metadata_bytes, total)


def parse_sizes(data: bytes, header: Header) -> tuple[int, ...]:
    """The lengths of the buffers, which must add up to the header's total."""
    sizes = struct.unpack(f"<{header.buffers}Q", data)
    if sum(sizes) != header.total_bytes:
        raise WireError("buffers that do not add up")
    return sizes


def parse_reply(header: Header, metadata: bytes) -> Reply:
    """The reply's metadata as the record for its kind."""
    try:
        reply: Reply = _DECODERS[header.kind].decode(metadata)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, MemoryError) as error:
        raise WireError(f"metadata that cannot be read ({type(error).__name__})") from None
    return reply


class Decoder:
    """Rebuilds one reply's value; `generation` marks its handles with the sandbox that they belong to."""

    def __init__(self, buffers: list[bytes], generation: int) -> None:
        self.buffers = buffers
        self.generation = generation
        self.nodes = 0

    def decode(self, node: Any, depth: int = 0) -> Any:
        """The value for a node.

        Raises:
            WireError: the node is not of the closed list, or beyond its limits.
        """
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise WireError("a value too large or nested too deeply")
        if node is None or type(node) in (bool, int, float, str, bytes):
            return node
        if type(node) is not list or not node or type(node[0]) is not str or node[0] not in _DECODE:
            raise WireError("a value of no known type")
        try:
            return _DECODE[node[0]](self, node[1:], depth + 1)
        except WireError:
            raise
        except (TypeError, ValueError, IndexError, OverflowError, MemoryError) as error:
            raise WireError(f"a malformed value ({type(error).__name__})") from None

    def items(self, rest: list[Any], depth: int) -> list[Any]:
        """Each of a container's nodes."""
        return [self.decode(item, depth) for item in rest]

    def mapping(self, rest: list[Any], depth: int) -> dict[Any, Any]:
        """A dict whose keys are str or int."""
        result: dict[Any, Any] = {}
        for key, item in rest:
            if type(key) not in (str, int):
                raise WireError("a dict with a key that is neither str nor int")
            result[key] = self.decode(item, depth)
        return result

    def array(self, rest: list[Any]) -> np.ndarray[Any, Any]:
        """An array of exactly ndarray, its own memory, writable."""
        name, shape, index = rest
        dtype = DTYPES.get(name)
        if dtype is None or type(index) is not int or not 0 <= index < len(self.buffers):
            raise WireError("an array without a dtype or a buffer")
        if type(shape) is not list or len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**48 for n in shape):
            raise WireError("an array with an impossible shape")
        buffer = self.buffers[index]
        if math.prod(shape) * dtype.itemsize != len(buffer):
            raise WireError("an array whose buffer does not fit its shape")
        return np.frombuffer(buffer, dtype=dtype).reshape(shape).copy()

    def scalar(self, rest: list[Any]) -> np.generic:
        """A NumPy scalar."""
        name, data = rest
        dtype = DTYPES.get(name)
        if dtype is None or type(data) is not bytes or len(data) != dtype.itemsize:
            raise WireError("a malformed scalar")
        value: np.generic = np.frombuffer(data, dtype=dtype)[0]
        return value

    def handle(self, rest: list[Any]) -> Handle:
        """An opaque object."""
        number, type_name = rest
        if type(number) is not int or type(type_name) is not str:
            raise WireError("a malformed handle")
        return Handle(number, clean_text(type_name, 60), self.generation)


def _dtype(rest: list[Any]) -> np.dtype[Any]:
    (name,) = rest
    if name not in DTYPES:
        raise WireError("an unknown dtype")
    return DTYPES[name]


def _complex(rest: list[Any]) -> complex:
    real, imaginary = rest
    if type(real) is not float or type(imaginary) is not float:
        raise WireError("a malformed complex number")
    return complex(real, imaginary)


_DECODE: Final[dict[str, Callable[[Decoder, list[Any], int], Any]]] = {
    "l": lambda decoder, rest, depth: decoder.items(rest, depth),
    "t": lambda decoder, rest, depth: tuple(decoder.items(rest, depth)),
    "s": lambda decoder, rest, depth: set(decoder.items(rest, depth)),
    "f": lambda decoder, rest, depth: frozenset(decoder.items(rest, depth)),
    "d": lambda decoder, rest, depth: decoder.mapping(rest, depth),
    "c": lambda decoder, rest, depth: _complex(rest),
    "i": lambda decoder, rest, depth: slice(*decoder.items(rest, depth)),
    "a": lambda decoder, rest, depth: decoder.array(rest),
    "n": lambda decoder, rest, depth: decoder.scalar(rest),
    "y": lambda decoder, rest, depth: _dtype(rest),
    "h": lambda decoder, rest, depth: decoder.handle(rest),
}


def encode(value: Any, buffers: list[bytes], generation: int) -> Any:
    """The node for an argument of a test's; arrays are copied into `buffers`.

    Raises:
        EncodeError: the value is not of the closed list; says what to pass in its place.
    """
    kind = type(value)
    if value is None or kind in (bool, float, str, bytes) or (kind is int and -(2**63) <= value < 2**64):
        return value
    if kind in _SEQUENCE_TAGS:
        return [_SEQUENCE_TAGS[kind], *(encode(item, buffers, generation) for item in value)]
    if kind is dict:
        return ["d", *([_key(key), encode(item, buffers, generation)] for key, item in value.items())]
    if kind is np.ndarray and value.dtype.name in DTYPES:
        buffers.append(np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("=")).tobytes())
        return ["a", value.dtype.name, list(value.shape), len(buffers) - 1]
    if isinstance(value, np.generic) and value.dtype.name in DTYPES:
        return ["n", value.dtype.name, value.tobytes()]
    if kind is complex:
        return ["c", value.real, value.imag]
    if kind is slice:
        return ["i", *(encode(part, buffers, generation) for part in (value.start, value.stop, value.step))]
    if isinstance(value, np.dtype) and value.name in DTYPES:
        return ["y", value.name]
    if kind is np.random.Generator:
        return _encode_generator(value, buffers, generation)
    if kind is Handle and value.generation == generation:
        return ["h", value.number]
    raise EncodeError(f"a test passed a {kind.__name__}, which cannot cross to the student's code; pass plain data.")


_SEQUENCE_TAGS: Final[dict[type, str]] = {list: "l", tuple: "t", set: "s", frozenset: "f"}


def _key(key: Any) -> str | int:
    if type(key) not in (str, int):
        raise EncodeError(f"a test passed a dict with a key of type {type(key).__name__}; use str or int keys.")
    result: str | int = key
    return result


def _encode_generator(value: np.random.Generator, buffers: list[bytes], generation: int) -> Any:
    """A generator crosses as a fresh one in the same state: what the student draws does not advance the test's."""
    name = type(value.bit_generator).__name__
    if name not in _GENERATORS:
        raise EncodeError(f"a test passed a generator over {name}; use numpy.random.default_rng.")
    return ["g", name, encode(_with_text(value.bit_generator.state), buffers, generation)]


def _with_text(state: Any) -> Any:
    """Integers of more than 64 bits become ("#", text)."""
    if isinstance(state, dict):
        return {key: _with_text(item) for key, item in state.items()}
    if type(state) is int and not -(2**63) <= state < 2**64:
        return ("#", str(state))
    return state


def clean_text(text: str, limit: int = 4000) -> str:
    """A student's string as printable text of bounded length: no control characters, no lone surrogates."""
    shown = text[:limit].encode("utf-8", "replace").decode()
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in shown)
