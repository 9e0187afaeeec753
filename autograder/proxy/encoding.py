"""Arguments of a test's, on their way to the student's side."""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograder.proxy.wire import DTYPES, TENSOR_BYTES, EncodeError

GENERATORS: Final = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})


@functools.lru_cache(maxsize=256)
def dtype_name(dtype: np.dtype[Any]) -> str:
    """A dtype's name, which NumPy makes anew each time that it is asked."""
    return str(dtype.name)


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
        if kind is np.ndarray and dtype_name(value.dtype) in DTYPES:
            contiguous = value
            if not (value.flags.c_contiguous and value.dtype.isnative):
                contiguous = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
            self.buffers.append(contiguous.data.cast("B") if contiguous.size else b"")
            return ["a", dtype_name(contiguous.dtype), list(value.shape), len(self.buffers) - 1]
        if isinstance(value, np.generic) and dtype_name(value.dtype) in DTYPES:
            return ["n", dtype_name(value.dtype), value.tobytes()]
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
            fresh = torch.Generator().manual_seed(value.initial_seed())
            if not torch.equal(fresh.get_state(), value.get_state()):  # drawn from: as _encode_generator says
                digest = hashlib.sha256(b"child of " + value.get_state().numpy().tobytes()).digest()
                value = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
            self.buffers.append(value.get_state().numpy().data)
            return ["tg", len(self.buffers) - 1]
        return None

    def _is_private(self, value: np.random.Generator) -> bool:
        return self.private is not None and value.bit_generator is self.private.bit_generator

    def _encode_generator(self, value: np.random.Generator) -> Any:
        """A generator crosses as a fresh one: what the student draws does not advance the test's.

        One that nobody has drawn from crosses in its state, so that it can be given to the reference too. From a
        state one can go back to what was drawn before; so any other, and the suite's own, crosses as a child
        that is seeded by a digest of the state.
        """
        name = type(value.bit_generator).__name__
        if name not in GENERATORS:
            raise EncodeError(f"a test passed a generator over {name}; use numpy.random.default_rng.")
        if self._is_private(value) or not _is_unused(value.bit_generator):
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
