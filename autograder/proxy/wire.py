"""Frames and a closed list of types, on the trusted side. The specification is in `_student_side.py`'s docstring.

Everything that arrives here was written by the student's process. A value is rebuilt as exactly one of the listed
types, within limits of size, depth and count; anything else is a WireError and the end of that sandbox.
"""

from __future__ import annotations

import enum
import hashlib
import math
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

MAGIC: Final = b"AGW2"
HEADER: Final = struct.Struct("<4sBBHI16sQ")
MAX_METADATA_BYTES: Final = 2 << 20
MAX_BUFFERS: Final = 4096
MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000
MAX_SET: Final = 5_000
MEMFD_FROM_BYTES: Final = 1 << 18

_NUMERIC: Final = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
DTYPES: Final = {name: np.dtype(name) for name in _NUMERIC}
TENSOR_BYTES: Final = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "float16": 2, "bfloat16": 2, "float32": 4,
    "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_WITH_GRADIENT: Final = frozenset({"float16", "bfloat16", "float32", "float64", "complex64", "complex128"})
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
    DO = 4
    WATCH = 5
    PROBE = 6
    ANSWER = 7
    VALUE = 16
    RAISED = 17
    MISSING = 18
    CALLBACK = 19


REPLIES: Final = frozenset({Kind.VALUE, Kind.RAISED, Kind.MISSING, Kind.CALLBACK})


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


@dataclass(frozen=True)
class Header:
    """A frame's first 36 bytes, checked."""

    kind: Kind
    in_memory: bool
    buffers: int
    metadata_bytes: int
    total_bytes: int


@dataclass(frozen=True)
class HandleNode:
    """What the student's side says of an object that it keeps."""

    number: int
    type_name: str
    classes: tuple[tuple[str, str], ...]


def pack_head(
    kind: Kind, nonce: bytes, metadata: dict[str, Any], buffers: Sequence[bytes | memoryview], *, in_memory: bool
) -> bytes:
    """A frame up to its buffers."""
    body = msgspec.msgpack.encode(metadata)
    sizes = [len(buffer) for buffer in buffers]
    header = HEADER.pack(MAGIC, kind, in_memory, len(buffers), len(body), nonce, sum(sizes))
    return header + struct.pack(f"<{len(sizes)}Q", *sizes) + body


def parse_header(data: bytes, nonce: bytes, max_total_bytes: int) -> Header:
    """Check a reply's header.

    Raises:
        WireError: it is not one, or answers another request, or announces more than it may.
    """
    magic, kind, memory, buffers, metadata_bytes, echoed, total = HEADER.unpack(data)
    if magic != MAGIC or kind not in REPLIES or memory > 1:
        raise WireError("not a reply of the wire")
    if echoed != nonce:
        raise WireError("a reply to another request")
    if metadata_bytes > MAX_METADATA_BYTES or buffers > MAX_BUFFERS or total > max_total_bytes:
        raise WireError("a reply larger than it may be")
    return Header(Kind(kind), bool(memory), buffers, metadata_bytes, total)


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
    """Rebuilds one reply's values.

    Args:
        buffers: the frame's raw buffers.
        make_handle: what stands on this side for an object that stays on the other.
        get_callback: the test's callable of a number that was sent, which may come back.
        tensors: whether torch may be used; a NumPy assignment never pays for it.
    """

    def __init__(
        self,
        buffers: Sequence[bytes | memoryview],
        make_handle: Callable[[HandleNode], Any],
        get_callback: Callable[[int], Any] | None = None,
        *,
        tensors: bool = False,
    ) -> None:
        self.buffers = buffers
        self.make_handle = make_handle
        self.get_callback = get_callback
        self.tensors = tensors
        self.nodes = 0
        self.used: set[int] = set()

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
        except (TypeError, ValueError, IndexError, OverflowError, MemoryError, RuntimeError) as error:
            raise WireError(f"a malformed value ({type(error).__name__})") from None

    def items(self, rest: list[Any], depth: int) -> list[Any]:
        """Each of a container's nodes."""
        return [self.decode(item, depth) for item in rest]

    def hashable(self, rest: list[Any], depth: int) -> list[Any]:
        """A set's nodes. Few, since equal hashes can be made; no handle, since it refuses to be hashed."""
        if len(rest) > MAX_SET:
            raise WireError("a set of too many values")
        if any(type(item) is list and item[:1] == ["h"] for item in rest):
            raise WireError("a set of objects")
        return self.items(rest, depth)

    def mapping(self, rest: list[Any], depth: int) -> dict[Any, Any]:
        """A dict whose keys are str or int."""
        result: dict[Any, Any] = {}
        for key, item in rest:
            if type(key) not in (str, int):
                raise WireError("a dict with a key that is neither str nor int")
            result[key] = self.decode(item, depth)
        return result

    def buffer(self, shape: Any, index: Any, item_bytes: int) -> bytes | memoryview:
        """The buffer of an array, which must fit its shape."""
        if type(index) is not int or not 0 <= index < len(self.buffers):
            raise WireError("an array without a buffer")
        if index in self.used:
            raise WireError("two arrays in one buffer")
        self.used.add(index)
        if type(shape) is not list or len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**48 for n in shape):
            raise WireError("an array with an impossible shape")
        buffer = self.buffers[index]
        if math.prod(shape) * item_bytes != len(buffer):
            raise WireError("an array whose buffer does not fit its shape")
        return buffer

    def array(self, rest: list[Any]) -> np.ndarray[Any, Any]:
        """An array of exactly ndarray, its own memory, writable."""
        name, shape, index = rest
        dtype = _known(DTYPES, name)
        array = np.frombuffer(self.buffer(shape, index, dtype.itemsize), dtype=dtype).reshape(shape)
        # a writable buffer is a private mapping of its own: it need not be copied again
        return array if array.flags.writeable and array.flags.aligned else array.copy()

    def tensor(self, rest: list[Any]) -> Any:
        """A torch.Tensor of exactly that class, dense, on the CPU, its own memory."""
        name, shape, index, requires_grad = rest
        item_bytes = _known(TENSOR_BYTES, name)
        if not self.tensors or type(requires_grad) is not bool:
            raise WireError("a tensor where none can be")
        torch = sys.modules["torch"]
        data = bytearray(self.buffer(shape, index, item_bytes))
        dtype = getattr(torch, name)
        tensor = torch.frombuffer(data, dtype=dtype).reshape(shape) if data else torch.empty(shape, dtype=dtype)
        return tensor.requires_grad_() if requires_grad and name in _WITH_GRADIENT else tensor

    def torch_dtype(self, rest: list[Any]) -> Any:
        """A torch.dtype."""
        (name,) = rest
        _known(TENSOR_BYTES, name)
        if not self.tensors:
            raise WireError("a torch dtype where none can be")
        return getattr(sys.modules["torch"], name)

    def torch_device(self, rest: list[Any]) -> Any:
        """A torch.device; making one touches no device."""
        (name,) = rest
        if not self.tensors or type(name) is not str or len(name) > 20:
            raise WireError("a torch device where none can be")
        return sys.modules["torch"].device(name)

    def scalar(self, rest: list[Any]) -> np.generic:
        """A NumPy scalar."""
        name, data = rest
        dtype = _known(DTYPES, name)
        if type(data) is not bytes or len(data) != dtype.itemsize:
            raise WireError("a malformed scalar")
        value: np.generic = np.frombuffer(data, dtype=dtype)[0]
        return value

    def handle(self, rest: list[Any]) -> Any:
        """What stands for an object of the student's."""
        number, type_name, classes = rest
        if type(number) is not int or number < 0 or type(type_name) is not str or type(classes) is not list:
            raise WireError("a malformed handle")
        pairs = tuple((module, name) for module, name in classes[:16])
        if not all(type(part) is str for pair in pairs for part in pair):
            raise WireError("a malformed handle")
        return self.make_handle(HandleNode(number, clean_text(type_name, 60), pairs))

    def callback(self, rest: list[Any]) -> Any:
        """A callable of the test's that came back."""
        (number,) = rest
        if type(number) is not int or self.get_callback is None:
            raise WireError("a callable that was never sent")
        return self.get_callback(number)


def _known(table: dict[str, Any], name: Any) -> Any:
    if type(name) is not str or name not in table:
        raise WireError("an unknown dtype")
    return table[name]


def _complex(rest: list[Any]) -> complex:
    real, imaginary = rest
    if type(real) is not float or type(imaginary) is not float:
        raise WireError("a malformed complex number")
    return complex(real, imaginary)


_DECODE: Final[dict[str, Callable[[Decoder, list[Any], int], Any]]] = {
    "l": lambda decoder, rest, depth: decoder.items(rest, depth),
    "t": lambda decoder, rest, depth: tuple(decoder.items(rest, depth)),
    "s": lambda decoder, rest, depth: set(decoder.hashable(rest, depth)),
    "f": lambda decoder, rest, depth: frozenset(decoder.hashable(rest, depth)),
    "d": lambda decoder, rest, depth: decoder.mapping(rest, depth),
    "c": lambda decoder, rest, depth: _complex(rest),
    "i": lambda decoder, rest, depth: slice(*decoder.items(rest, depth)),
    "a": lambda decoder, rest, depth: decoder.array(rest),
    "n": lambda decoder, rest, depth: decoder.scalar(rest),
    "y": lambda decoder, rest, depth: _known(DTYPES, *rest),
    "T": lambda decoder, rest, depth: decoder.tensor(rest),
    "ty": lambda decoder, rest, depth: decoder.torch_dtype(rest),
    "tv": lambda decoder, rest, depth: decoder.torch_device(rest),
    "h": lambda decoder, rest, depth: decoder.handle(rest),
    "k": lambda decoder, rest, depth: decoder.callback(rest),
}


class Encoder:
    """Turns a test's arguments into nodes.

    Args:
        encode_object: the node for an object that is not plain data (a handle, a callable), or None.
        private: a generator whose draws the student must not foresee: the suite's own `rng`.
    """

    def __init__(
        self,
        encode_object: Callable[[Any], Any] = lambda value: None,
        private: np.random.Generator | None = None,
    ) -> None:
        self.encode_object = encode_object
        self.private = private
        self.buffers: list[bytes | memoryview] = []

    def encode(self, value: Any) -> Any:
        """The node for an argument.

        Raises:
            EncodeError: the value is not of the closed list; says what to pass in its place.
        """
        kind = type(value)
        if value is None or kind in (bool, float, str, bytes) or (kind is int and -(2**63) <= value < 2**64):
            return value
        if kind in _SEQUENCE_TAGS:
            return [_SEQUENCE_TAGS[kind], *(self.encode(item) for item in value)]
        if kind is np.ndarray and value.dtype.name in DTYPES:
            contiguous = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
            self.buffers.append(contiguous.data.cast("B") if contiguous.size else b"")
            return ["a", contiguous.dtype.name, list(value.shape), len(self.buffers) - 1]
        if isinstance(value, np.generic) and value.dtype.name in DTYPES:
            return ["n", value.dtype.name, value.tobytes()]
        node = self.encode_object(value)
        return self._encode_other(value, kind) if node is None else node

    def _encode_other(self, value: Any, kind: type) -> Any:
        if isinstance(value, dict):
            return ["d", *([_key(key), self.encode(item)] for key, item in value.items())]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is slice:
            return ["i", *(self.encode(part) for part in (value.start, value.stop, value.step))]
        if isinstance(value, np.dtype) and value.name in DTYPES:
            return ["y", value.name]
        if kind is np.random.Generator:
            return self._encode_generator(value)
        node = self._encode_torch(value, kind) if "torch" in sys.modules else None
        if node is None:
            raise EncodeError(
                f"a test passed a value of type {kind.__name__}, which cannot cross to the student's code; "
                "pass plain data, or write a probe."
            )
        return node

    def _encode_torch(self, value: Any, kind: type) -> Any:
        torch = sys.modules["torch"]
        if kind in (torch.Tensor, torch.nn.Parameter):
            name = str(value.dtype).removeprefix("torch.")
            if value.layout is not torch.strided or value.is_quantized or name not in TENSOR_BYTES:
                return None
            data = value.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8)
            self.buffers.append(data.numpy().data if data.numel() else b"")
            return ["T", name, list(value.shape), len(self.buffers) - 1, bool(value.requires_grad)]
        if kind is torch.Size:
            return ["t", *value]
        if kind is torch.dtype:
            return ["ty", str(value).removeprefix("torch.")]
        if kind is torch.device:
            return ["tv", str(value)]
        if kind is torch.Generator and value.device.type == "cpu":
            self.buffers.append(value.get_state().numpy().data)
            return ["tg", len(self.buffers) - 1]
        return None

    def _encode_generator(self, value: np.random.Generator) -> Any:
        """A generator crosses as a fresh one: what the student draws does not advance the test's.

        One that nobody has drawn from crosses in its state, so that it can be given to the reference too. From a
        state one can go back to what was drawn before; so any other, and the suite's own, crosses as a child
        that is seeded by a digest of the state.
        """
        name = type(value.bit_generator).__name__
        if name not in _GENERATORS:
            raise EncodeError(f"a test passed a generator over {name}; use numpy.random.default_rng.")
        if value is self.private or not _is_unused(value.bit_generator):
            value = _make_child(value.bit_generator)
            name = "PCG64"
        return ["g", name, self.encode(_with_text(value.bit_generator.state))]


_SEQUENCE_TAGS: Final[dict[type, str]] = {list: "l", tuple: "t", set: "s", frozenset: "f"}


def _key(key: Any) -> str | int:
    if type(key) not in (str, int):
        raise EncodeError(f"a test passed a dict with a key of type {type(key).__name__}; use str or int keys.")
    result: str | int = key
    return result


def _state_bytes(bit_generator: np.random.BitGenerator) -> bytes:
    """A generator's state as bytes that are equal where the states are."""

    def plain(state: Any) -> Any:
        if isinstance(state, dict):
            return {key: plain(item) for key, item in state.items()}
        return state.tolist() if isinstance(state, np.ndarray) else state

    return repr(plain(bit_generator.state)).encode()


def _is_unused(bit_generator: np.random.BitGenerator) -> bool:
    fresh = type(bit_generator)(bit_generator.seed_seq)  # type: ignore[arg-type]
    return _state_bytes(fresh) == _state_bytes(bit_generator)


def _make_child(bit_generator: np.random.BitGenerator) -> np.random.Generator:
    digest = hashlib.sha256(b"child of " + _state_bytes(bit_generator)).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


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
