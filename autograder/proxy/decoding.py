"""Values from the student's side: each node is rebuilt as exactly one type of the closed list, or is a WireError."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.printable import clean_text
from autograder.proxy.wire import (
    DTYPES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_OBJECTS,
    MAX_SET,
    TENSOR_BYTES,
    WireError,
)

_KEPT_FROM_BYTES: Final = 8 << 20
_WITH_GRADIENT: Final = frozenset({"float16", "bfloat16", "float32", "float64", "complex64", "complex128"})


@dataclass(frozen=True)
class HandleNode:
    """What the student's side says of an object that it keeps."""

    number: int
    type_name: str
    classes: tuple[tuple[str, str], ...]
    abilities: str


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
        buffers: Sequence[bytes | bytearray | memoryview],
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
        self.objects = 0
        self.in_sets = 0

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
        self.in_sets += len(rest)
        if self.in_sets > MAX_SET:
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

    def buffer(self, shape: Any, index: Any, item_bytes: int) -> bytes | bytearray | memoryview:
        """The buffer of an array, which must fit its shape."""
        if type(index) is not int or not 0 <= index < len(self.buffers):
            raise WireError("an array without a buffer")
        if index in self.used:
            raise WireError("two arrays in one buffer")
        self.used.add(index)
        if type(shape) is not list or len(shape) > 32:
            raise WireError("an array with an impossible shape")
        for length in shape:
            if type(length) is not int or not 0 <= length < 2**48:
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
        # A writable buffer is a private mapping, and need not be copied again; but it holds a descriptor.
        keep = array.flags.writeable and array.flags.aligned and array.nbytes >= _KEPT_FROM_BYTES
        return array if keep else array.copy()

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
        number, type_name, classes, abilities = rest
        self.objects += 1
        if self.objects > MAX_OBJECTS or type(abilities) is not str or len(abilities) > 8:
            raise WireError("too many objects, or a malformed one")
        if type(number) is not int or number < 0 or type(type_name) is not str or type(classes) is not list:
            raise WireError("a malformed handle")
        pairs = tuple((module, name) for module, name in classes[:16])
        if not all(type(part) is str for pair in pairs for part in pair):
            raise WireError("a malformed handle")
        return self.make_handle(HandleNode(number, clean_text(type_name, 60), pairs, "".join(sorted(abilities))))

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
