"""The student's end of the wire: reads requests, does them, answers. Runs in the sandbox, beside the student's code.

It imports nothing of the package's, so that nothing of the package's need be there. Whatever it says is the
student's claim: their code shares this process and may patch all of it. This docstring is the wire's specification.

Frames
    A stream socket carries frames, each way the same:

        magic      4 bytes    "AGW2"
        kind       1 byte     below
        memory     1 byte     1: the buffers lie in a sealed memfd, which comes with the header's first byte
        buffers    u16        how many raw buffers there are
        metadata   u32        its length in bytes, at most 2 MiB from the student
        nonce      16 bytes   drawn anew by the trusted side for each request; everything about it carries the same
        total      u64        the length of all the buffers together
        lengths    u64 each   the length of each buffer
        metadata              MessagePack
        buffers               raw, one after another, unless they lie in the memfd, there one after another too

    All integers are little-endian. A memfd is sealed against writing, shrinking and growing before it is sent, and is
    exactly `total` long. The trusted side asks, this side answers once, in order; between the two it may call back.
    Any other frame (a wrong magic, kind, nonce or length, a second reply) ends the sandbox and costs the test that was
    running.

Requests, and what they are answered with
    1 FILES   {"names": [str]}, a buffer each: write the files into the working folder               -> VALUE nil
    2 IMPORT  {"modules": [str], "classes": {module: [public class]}, "seed": u32, "torch": bool, "cpu_s": float,
              "wall_s": float, "cells": {file: [[name, first line, lines]...]}, "skip": [[file, line]...],
              "forbidden": [package]}: import the modules in order; whether tensors cross by value; what the import may
              take; which files are notebooks, and their cells; statements to leave out; what may not be imported
                          -> RAISED, or VALUE {"passed_over": [{"file", "first", "line", "kind", "type", "text",
                             "names"}...], "more": int}: the statements that failed, at most 20, and how many more;
                             `first` is a statement's first line, `line` the one that failed, `kind` "raised" or "slow"
    4 DO      {"op": str, "on": node, "args": [node], "kwargs": {str: node}, "returned": [int or str],
              "release": [int]}: one of OPERATIONS on a value; `returned` names arguments to send back, `release`
              handles that are no longer held                                        -> VALUE, RAISED or MISSING
    5 WATCH   {"what": "warnings", "output", "seed" or "devices", "on": bool, "seed": u32}: begin or end to collect, set
              the global seeds, or wait until what was begun on a GPU is done                 -> VALUE [str...]
    6 PROBE   {"source": str, "name": str, "args": [node], "kwargs": {str: node}, "seed": u32}: define and call a
              function of the test's, the global seeds set                                    -> VALUE or RAISED
    7 ANSWER  {"value": node} or {"raised": str, "token": int}: the answer to CALLBACK, of its nonce
    A test's first DO, WATCH or PROBE also holds {"begin": u32}: what an earlier test began to collect ends, and the
    global seeds are set.

Replies
    16 VALUE    {"value": node, "changed": [position or keyword of an argument with an array that the call changed],
                 "returned": [[position or keyword, node]]}
    17 RAISED   {"type": str, "base": str, "exact": bool, "classes": [[module, name]], "token": int, "text": str,
                 "frames": [[file, line, function]], "traceback": str}; `base` names the nearest class of EXCEPTIONS in
                the exception's MRO, `exact` says that the exception is of that very class, `classes` are the public
                classes of the submission in its MRO, `token` is that of the callback's exception that it is, or -1,
                `frames` are those in the submission's folder
    18 MISSING  {}: the module has no such name
    19 CALLBACK {"number": int, "args": [node], "kwargs": {str: node}}: call a function of the test's; ANSWER follows

Nodes (values)
    nil, bool, int of 64 bits, float, str and bytes stand for themselves. Everything else is an array with a tag first:
        ["l", node...] list           ["t", node...] tuple          ["s", node...] set      ["f", node...] frozenset
        ["d", [key, node]...] dict, the keys str or int             ["c", re, im] complex   ["i", a, b, c] slice
        ["a", dtype, [n...], buffer] array, C-contiguous in native order     ["n", dtype, bytes] NumPy scalar
        ["y", dtype] a NumPy dtype    ["T", dtype, [n...], buffer, requires_grad] a dense tensor on the CPU
        ["ty", dtype] a torch dtype   ["tv", str] a torch device    ["tg", buffer] a torch.Generator, its state
        ["g", name, node] a numpy.random.Generator: its bit generator and state; it goes in, and does not come out
        ["k", number] a callable of the test's; it goes in        ["m", module, name] a module's attribute; it goes in
        ["h", number, type's name, [[module, class]...], abilities] anything else: a handle, with the public classes of
                which it is an instance, and letters for what its type can: c be called, i be iterated,
                n be advanced, l be measured, g be indexed, w be entered; handles go in as ["h", number]
    Types are matched exactly: an instance of a subclass of list is a handle, not a list. A torch.nn.Parameter is a
    tensor; an OrderedDict, defaultdict or Counter a dict; a torch.Size, and a named tuple of no public class, a tuple.
"""

import array
import builtins
import collections
import contextlib
import importlib
import importlib.util
import io
import linecache
import mmap
import operator
import os
import random
import socket
import struct
import sys
import traceback
import warnings
from typing import Any

import msgspec
import numpy as np

with contextlib.suppress(ImportError):  # Windows has none, and no memfd to be sealed
    import fcntl

MAGIC = b"AGW2"
HEADER = struct.Struct("<4sBBHI16sQ")
FILES, IMPORT, DO, WATCH, PROBE, ANSWER = 1, 2, 4, 5, 6, 7
VALUE, RAISED, MISSING, CALLBACK = 16, 17, 18, 19

DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
TENSOR_DTYPES = frozenset(
    "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split()
)
EXCEPTIONS: dict[str, type[BaseException]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and name not in {"ExceptionGroup"}
}
EXCEPTIONS |= {"SystemExit": SystemExit, "LinAlgError": np.linalg.LinAlgError}
_EXCEPTION_NAMES = {value: name for name, value in reversed(EXCEPTIONS.items())}
_ARITHMETIC = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift".split()
_SCALARS = (type(None), bool, float, str, bytes)
_MAX_TEXT, _MAX_DEPTH, _MAX_HANDLES = 4000, 64, 100_000
_AHEAD_BYTES = 1 << 16  # a small frame comes whole, in one look
_ANCILLARY_BYTES = socket.CMSG_SPACE(4) if hasattr(socket, "CMSG_SPACE") else 0
_SMALL_BYTES = 4096
_MAX_FORMATTED, _MAX_FRAMES = 100, 12
_NAMES = {np.dtype(name): name for name in DTYPES}
# of these a traceback says no more than their text; others name attributes, suggest names, or show source themselves
_PLAIN: dict[type[BaseException], str] = {kind: kind.__name__ for kind in (
    AssertionError, FloatingPointError, IndexError, KeyError, NotImplementedError, OverflowError, RuntimeError,
    TypeError, ValueError, ZeroDivisionError,
)}  # fmt: skip
_PLAIN[np.linalg.LinAlgError] = "numpy.linalg.LinAlgError"
_MEMFD_FROM_BYTES = 1 << 18
_SEALS = 0x0001 | 0x0002 | 0x0004 | 0x0008  # seal, shrink, grow, write
_F_ADD_SEALS = 1033


def _load_neighbour(name: str) -> Any:
    """A file beside this one, of which the submission's modules find no trace in sys.modules."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_salvage = _load_neighbour("_salvage")
_tolerance = _load_neighbour("_tolerance")


class Encoder:
    """Turns values into nodes and back; what has no node of its own becomes a handle and is kept here."""

    def __init__(self) -> None:
        self.handles: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # id of what is kept -> its handle; while it is kept no other has this id
        self.next_number = 0
        self.modules: dict[str, Any] = {}
        self.classes: dict[type, list[str]] = {}  # public class of the submission -> [module, name]
        self.call_back: Any = None
        self.callbacks: dict[int, Any] = {}
        self.callback_numbers: dict[int, int] = {}
        self.torch: Any = None
        self.given: list[Any] = []  # arrays and tensors that were decoded, with shape and buffer as they came

    def encode(self, value: Any, buffers: list[Any], depth: int = 0) -> Any:
        """The node for a value; raw arrays are appended to `buffers`."""
        kind = type(value)
        if kind in _SCALARS or (kind is int and -(2**63) <= value < 2**64):
            return value
        if depth > _MAX_DEPTH:
            raise ValueError("the value is nested too deeply to cross")
        if kind is np.ndarray and _name(value.dtype) in DTYPES:
            contiguous = value
            if not (value.flags.c_contiguous and value.dtype.isnative):
                contiguous = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
            buffers.append(contiguous.data.cast("B") if contiguous.size else b"")
            return ["a", _name(contiguous.dtype), list(value.shape), len(buffers) - 1]
        if isinstance(value, np.generic) and _name(value.dtype) in DTYPES and kind is value.dtype.type:
            return ["n", _name(value.dtype), value.tobytes()]
        tag = _TAGS.get(kind)
        if tag:
            return [tag, *(self.encode(item, buffers, depth + 1) for item in value)]
        return self._encode_other(value, kind, buffers, depth)

    def _encode_other(self, value: Any, kind: Any, buffers: list[Any], depth: int) -> Any:
        if kind in _DICTS and all(type(key) in (str, int) for key in value):
            return ["d", *([key, self.encode(item, buffers, depth + 1)] for key, item in value.items())]
        if isinstance(value, tuple) and hasattr(kind, "_fields") and not self.public_classes(kind):
            return ["t", *(self.encode(item, buffers, depth + 1) for item in tuple.__iter__(value))]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is slice:
            parts = (value.start, value.stop, value.step)
            return ["i", *(self.encode(part, buffers, depth + 1) for part in parts)]
        if isinstance(value, np.dtype) and value.name in DTYPES:
            return ["y", value.name]
        node = self._encode_torch(value, kind, buffers) if self.torch is not None else None
        return self._keep(value) if node is None else node

    def _encode_torch(self, value: Any, kind: Any, buffers: list[Any]) -> Any:
        torch = self.torch
        if kind in (torch.Tensor, torch.nn.Parameter):
            name = str(value.dtype).removeprefix("torch.")
            if value.layout is not torch.strided or value.is_quantized or name not in TENSOR_DTYPES:
                return None
            data = value.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8)
            buffers.append(data.numpy().data if data.numel() else b"")
            return ["T", name, list(value.shape), len(buffers) - 1, bool(value.requires_grad)]
        if kind is torch.Size:
            return ["t", *value]
        if kind is torch.dtype and str(value).removeprefix("torch.") in TENSOR_DTYPES:
            return ["ty", str(value).removeprefix("torch.")]
        return ["tv", str(value)] if kind is torch.device else None

    def _keep(self, value: Any) -> list[Any]:
        if id(value) in self.callback_numbers:
            return ["k", self.callback_numbers[id(value)]]
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.handles) >= _MAX_HANDLES:
                raise ValueError("too many objects were handed over")
            number = self.numbers[id(value)] = self.next_number
            self.next_number += 1
            self.handles[number] = value
        kind = type(value)
        return ["h", number, kind.__name__[:60], self.public_classes(kind), _abilities(kind)]

    def release(self, numbers: list[int]) -> None:
        """Let go of objects that the trusted side no longer holds."""
        for number in numbers:
            if number in self.handles:
                self.numbers.pop(id(self.handles.pop(number)), None)

    def public_classes(self, kind: type) -> list[list[str]]:
        """The submission's public classes in a class's MRO."""
        return [self.classes[base] for base in type.mro(kind) if base in self.classes]

    def decode(self, node: Any, buffers: list[Any]) -> Any:
        """The value for a node of the trusted side's."""
        if type(node) is not list:
            return node
        tag, *rest = node
        if tag == "a":
            buffer = buffers[rest[2]]
            if type(buffer) is Mapped and buffer.offset % 64 == 0:
                value = _array(rest[0], rest[1], buffer.writable)
            else:
                value = _array(rest[0], rest[1], as_came(buffer)).copy()
            self.given.append((value, rest[1], buffer))
            return value
        if tag == "n":
            return np.frombuffer(rest[1], dtype=rest[0])[0]
        if tag in _SEQUENCES:
            return _SEQUENCES[tag](self.decode(item, buffers) for item in rest)
        if tag == "d":
            return {key: self.decode(item, buffers) for key, item in rest}
        if tag == "h":
            return self.handles[rest[0]]
        if tag == "k":
            return self._callback(rest[0])
        if tag == "m":
            return getattr(self.modules[rest[0]], rest[1])
        if tag == "T" or tag[0] == "t":
            return self._decode_torch(tag, rest, buffers)
        return _SINGLE[tag](*(self.decode(item, buffers) for item in rest))

    def _decode_torch(self, tag: str, rest: list[Any], buffers: list[Any]) -> Any:
        torch = importlib.import_module("torch")
        if tag == "ty":
            return getattr(torch, rest[0])
        if tag == "tv":
            return torch.device(rest[0])
        if tag == "tg":
            generator = torch.Generator()
            generator.set_state(torch.frombuffer(bytearray(as_came(buffers[rest[0]])), dtype=torch.uint8).clone())
            return generator
        name, shape, index, requires_grad = rest
        tensor = torch.empty(shape, dtype=getattr(torch, name))
        if tensor.numel():
            data = torch.frombuffer(bytearray(as_came(buffers[index])), dtype=tensor.dtype)
            tensor = data.reshape(shape).clone()
        if tensor.numel():
            self.given.append((tensor, shape, buffers[index]))
        return tensor.requires_grad_() if requires_grad else tensor

    def _callback(self, number: int) -> Any:
        if number not in self.callbacks:

            def callback(*args: Any, **kwargs: Any) -> Any:
                return self.call_back(number, args, kwargs)

            self.callbacks[number] = callback
            self.callback_numbers[id(callback)] = number
        return self.callbacks[number]


def _abilities(kind: type) -> str:
    """A letter for each special method that a type has."""
    defined = {name for base in type.mro(kind) for name in vars(base)}  # hasattr would find those of the metaclass
    return "".join(letter for letter, name in _SPECIAL.items() if name in defined)


def _name(dtype: Any) -> str:
    """A dtype's name, which NumPy makes anew each time that it is asked."""
    return _NAMES.get(dtype) or str(dtype.name)


def _array(dtype: str, shape: list[int], buffer: Any) -> np.ndarray[Any, Any]:
    return np.frombuffer(buffer, dtype=dtype).reshape(shape)


def _generator(name: str, state: dict[str, Any]) -> np.random.Generator:
    bit_generator = getattr(np.random, name)()
    bit_generator.state = _with_integers(state)
    return np.random.Generator(bit_generator)


def _with_integers(state: Any) -> Any:
    """Integers of more than 64 bits travel as ["#", text] in a tuple."""
    if type(state) is dict:
        return {key: _with_integers(value) for key, value in state.items()}
    return int(state[1]) if type(state) is tuple and state[:1] == ("#",) else state


_SPECIAL = {"c": "__call__", "i": "__iter__", "n": "__next__", "l": "__len__", "g": "__getitem__", "w": "__enter__"}
_DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_TAGS: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "f"}
_SEQUENCES: dict[str, Any] = {"l": list, "t": tuple, "s": set, "f": frozenset}
_SINGLE: dict[str, Any] = {"c": complex, "i": slice, "y": np.dtype, "g": _generator}


class CallbackError(Exception):
    """An exception of the test's that is not a builtin one, on its way back to the test."""


class Wire:
    """Frames over the socket."""

    def __init__(self, descriptor: int) -> None:
        self.socket = socket.socket(fileno=descriptor)
        self.ahead = b""  # what came beyond what was asked for
        self.descriptors = array.array("i")

    def receive_frame(self) -> tuple[int, bytes, dict[str, Any], list[Any]]:
        """The next frame: (kind, nonce, metadata, buffers). The process ends where the wire does."""
        _, kind, memory, count, length, nonce, total = HEADER.unpack(self._receive(HEADER.size))
        sizes = struct.unpack(f"<{count}Q", self._receive(8 * count))
        metadata = msgspec.msgpack.decode(self._receive(length))
        if not memory:
            return kind, nonce, metadata, [self._receive(size) for size in sizes]
        descriptor = self.descriptors.pop()
        pristine = memoryview(mmap.mmap(descriptor, total, mmap.MAP_PRIVATE, mmap.PROT_READ))
        writable = memoryview(mmap.mmap(descriptor, total, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE))
        os.close(descriptor)
        return kind, nonce, metadata, list(split(pristine, writable, sizes))

    def _receive(self, size: int) -> bytes:
        while len(self.ahead) < size:
            came, ancillary, _, _ = self.socket.recvmsg(max(size - len(self.ahead), _AHEAD_BYTES), _ANCILLARY_BYTES)
            if not came:
                os._exit(0)
            for _, _, data in ancillary:
                self.descriptors.frombytes(data[: len(data) - len(data) % 4])
            self.ahead = self.ahead + came if self.ahead else came
        taken, self.ahead = self.ahead[:size], self.ahead[size:]
        return taken

    def send_frame(self, nonce: bytes, kind: int, reply: dict[str, Any], buffers: list[Any]) -> None:
        """One frame; large buffers go in a sealed memfd where one can be made."""
        metadata = msgspec.msgpack.encode(reply)
        sizes = [len(buffer) for buffer in buffers]
        memory = _seal(buffers) if sum(sizes) >= _MEMFD_FROM_BYTES else -1
        header = HEADER.pack(MAGIC, kind, memory >= 0, len(buffers), len(metadata), nonce, sum(sizes))
        if memory >= 0:
            socket.send_fds(self.socket, [header[:1]], [memory])
            os.close(memory)
            header, buffers = header[1:], []
        self.socket.sendall(b"".join((header, struct.pack(f"<{len(sizes)}Q", *sizes), metadata, *buffers)))


class Mapped:
    """A buffer in a memfd: as it came, and a private copy that costs nothing until it is written to."""

    def __init__(self, pristine: memoryview, writable: memoryview, offset: int) -> None:
        self.pristine = pristine
        self.writable = writable
        self.offset = offset


def as_came(buffer: Any) -> memoryview:
    """A buffer's bytes as they came."""
    return buffer.pristine if type(buffer) is Mapped else memoryview(buffer)


def split(pristine: memoryview, writable: memoryview, sizes: Any) -> Any:
    """Consecutive buffers of a mapping, of the given sizes."""
    start = 0
    for size in sizes:
        end = start + size
        yield Mapped(pristine[start:end], writable[start:end], start)
        start = end


def _seal(buffers: list[Any]) -> int:
    """A sealed memfd that holds the buffers, or -1 where none can be made."""
    try:
        descriptor = os.memfd_create("reply", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        return -1
    try:
        for buffer in buffers:
            view = memoryview(buffer)
            while view:
                view = view[os.write(descriptor, view) :]
        fcntl.fcntl(descriptor, _F_ADD_SEALS, _SEALS)
    except OSError:
        os.close(descriptor)
        return -1
    return descriptor


def _nobody_answers(prompt: Any = "", /) -> Any:
    """In the place of `input`."""
    raise EOFError("input() was called, and nobody answers here")


class Server:
    """Answers the trusted side's requests, one after another."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire
        self.nonce = b""
        self.encoder = Encoder()
        self.encoder.call_back = self.call_back
        self.folder = os.getcwd()
        self.raised: dict[int, int] = {}  # id of an exception that a callback raised here -> its token
        self.kept: list[Any] = []
        self.watches: dict[str, Any] = {}
        self.formatted: dict[Any, str] = {}  # of tracebacks: what they say of a place
        self.answers = {FILES: self.write_files, IMPORT: self.import_modules, DO: self.do, WATCH: self.watch,
                        PROBE: self.probe}  # fmt: skip

    def run(self) -> None:
        """Serve until the trusted side closes the wire."""
        while True:
            self.serve_one()

    def serve_one(self) -> None:
        """One request and its answer."""
        kind, self.nonce, request, buffers = self.wire.receive_frame()
        nonce = self.nonce
        self.wire.send_frame(nonce, *self.answer(kind, request, buffers))

    def answer(self, kind: int, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """The reply to one request: (kind, metadata, buffers)."""
        try:
            if "begin" in request:
                self.begin_test(request["begin"])
            return self.answers[kind](request, buffers)
        except BaseException as error:  # noqa: BLE001  whatever the student raises is theirs to raise
            return RAISED, self.describe(error), []
        finally:
            _flush()

    def reply(self, value: Any) -> tuple[int, dict[str, Any], list[Any]]:
        """VALUE of a plain result."""
        out: list[Any] = []
        return VALUE, {"value": self.encoder.encode(value, out), "changed": [], "returned": []}, out

    def write_files(self, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """FILES."""
        for name, data in zip(request["names"], buffers, strict=True):
            os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(as_came(data))
        return self.reply(None)

    def import_modules(self, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """IMPORT."""
        importer = _tolerance.Importer(self.folder, _salvage, request)
        importer.install()
        sys.argv = [f"{request['modules'][0]}.py"]
        set_seeds(request["seed"])
        if request["torch"]:
            self.encoder.torch = importlib.import_module("torch")
        builtins.input = _nobody_answers
        importer.watch.start()
        try:
            for name in request["modules"]:
                self.encoder.modules[name] = importlib.import_module(name)
        finally:
            importer.watch.stop()
        for name, module in self.encoder.modules.items():
            for public in request["classes"].get(name, ()):
                kind = vars(module).get(public)
                if isinstance(kind, type):
                    self.encoder.classes.setdefault(kind, [name, public])
        return self.reply(importer.passed_over())

    def begin_test(self, seed: int) -> None:
        """A test begins with this request."""
        for what in list(self.watches):
            self.end_watch(what)
        set_seeds(seed)

    def do(self, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """DO."""
        self.encoder.release(request["release"])
        on = request["on"]
        if on[0] == "m":
            names = vars(self.encoder.modules[on[1]])
            if on[2] not in names:
                return MISSING, {}, []
            subject = names[on[2]]
        else:
            subject = self.encoder.decode(on, buffers)
        given: dict[Any, Any] = {}  # position or keyword -> the argument
        arrays: dict[Any, Any] = {}  # ... -> the arrays in it
        for key, node in (*enumerate(request["args"]), *request["kwargs"].items()):
            self.encoder.given = []
            given[key] = self.encoder.decode(node, buffers)
            arrays[key] = self.encoder.given
        args = [given[index] for index in range(len(request["args"]))]
        value = OPERATIONS[request["op"]](subject, *args, **{key: given[key] for key in request["kwargs"]})
        out: list[Any] = []
        return VALUE, {
            "value": self.encoder.encode(value, out),
            "changed": [key for key, inside in arrays.items() if any(_has_changed(*item) for item in inside)],
            "returned": [[key, self.encoder.encode(given[key], out)] for key in request["returned"]],
        }, out  # fmt: skip

    def watch(self, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """WATCH."""
        what = request["what"]
        if what == "seed":
            set_seeds(request["seed"])
            return self.reply([])
        if what == "devices":
            torch = sys.modules.get("torch")
            if torch is not None and torch.cuda.is_initialized():
                for number in range(torch.cuda.device_count()):
                    torch.cuda.synchronize(number)
            return self.reply([])
        if not request["on"]:
            return self.reply(self.end_watch(what))
        if what == "warnings":
            context: Any = warnings.catch_warnings(record=True)
            caught = context.__enter__()
            warnings.simplefilter("always")
        else:
            caught = io.StringIO()
            context = contextlib.redirect_stdout(caught)
            context.__enter__()
        self.watches[what] = context, caught
        return self.reply([])

    def end_watch(self, what: str) -> list[str]:
        """What was collected: a warning each, or the text that was printed."""
        context, caught = self.watches.pop(what)
        context.__exit__(None, None, None)
        if what == "output":
            return [caught.getvalue()[: 1 << 20]]
        return [f"{warning.category.__name__}: {warning.message}"[:500] for warning in caught[:100]]

    def probe(self, request: dict[str, Any], buffers: list[Any]) -> tuple[int, dict[str, Any], list[Any]]:
        """PROBE."""
        name = f"<probe {request['name']}>"
        linecache.cache[name] = (len(request["source"]), None, request["source"].splitlines(True), name)
        namespace: dict[str, Any] = {"__name__": "probe"}
        set_seeds(request["seed"])
        exec(compile(request["source"], name, "exec"), namespace)  # noqa: S102  the test author's, public by construction
        args = [self.encoder.decode(node, buffers) for node in request["args"]]
        kwargs = {key: self.encoder.decode(node, buffers) for key, node in request["kwargs"].items()}
        return self.reply(namespace[request["name"]](*args, **kwargs))

    def call_back(self, number: int, args: Any, kwargs: dict[str, Any]) -> Any:
        """Call a function of the test's."""
        out: list[Any] = []
        metadata = {
            "number": number,
            "args": [self.encoder.encode(value, out) for value in args],
            "kwargs": {key: self.encoder.encode(value, out) for key, value in kwargs.items()},
        }
        self.wire.send_frame(self.nonce, CALLBACK, metadata, out)
        _, _, answer, buffers = self.wire.receive_frame()
        if "raised" not in answer:
            return self.encoder.decode(answer["value"], buffers)
        error = EXCEPTIONS.get(answer["raised"], CallbackError)("raised by a function of the test")
        self.raised[id(error)] = answer["token"]
        self.kept.append(error)
        raise error

    def describe(self, error: BaseException) -> dict[str, Any]:
        """RAISED's metadata."""
        mro = type.mro(type(error))
        base = next((_EXCEPTION_NAMES[kind] for kind in mro if kind in _EXCEPTION_NAMES), "Exception")
        frames: list[list[Any]] = [
            [frame.f_code.co_filename[len(self.folder) + 1 :], line, frame.f_code.co_name]
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename.startswith(self.folder + os.sep)
        ]
        text = _text(error)
        if isinstance(error, SyntaxError) and str(error.filename).startswith(self.folder):
            frames.append([str(error.filename)[len(self.folder) + 1 :], error.lineno or 0, ""])
        return {
            "type": type(error).__name__[:80],
            "base": base,
            "exact": _EXCEPTION_NAMES.get(type(error)) == base,
            "classes": self.encoder.public_classes(type(error)),
            "token": self.raised.get(id(error), -1),
            "text": text,
            "frames": [[str(file)[:200], int(line or 0), name[:100]] for file, line, name in frames[-8:]],
            "traceback": self.format(error),
        }

    def format(self, error: BaseException) -> str:
        """The traceback from the submission's first frame on, without the folder's path.

        Input that is refused is refused at the same places again and again; Python parses each line of a traceback
        anew, for its marks below it.
        """
        kept = error.__traceback__
        while kept and not kept.tb_frame.f_code.co_filename.startswith((self.folder, "<probe")):
            kept = kept.tb_next
        if type(error) not in _PLAIN or hasattr(error, "__notes__"):
            return self.format_anew(error, kept)
        steps = []
        step = kept
        while step:
            steps.append(step)
            step = step.tb_next
        last = steps[-_MAX_FRAMES:]
        places = [(step.tb_frame.f_code, step.tb_lineno) for step in last]
        if not last or any(place == places[index + 1] == places[index + 2] for index, place in enumerate(places[:-2])):
            return self.format_anew(error, kept)  # a recursion, which Python tells in fewer words
        lines = ["Traceback (most recent call last):\n", *(self.format_step(step) for step in last)]
        try:
            return self.tidy("".join([*lines, _last_line(error)]))
        except Exception:  # noqa: BLE001  a hostile __str__ must not cost the answer
            return type(error).__name__

    def format_step(self, step: Any) -> str:
        """What a traceback says of one place, kept by the place."""
        key = (step.tb_frame.f_code, step.tb_lasti)
        if key not in self.formatted:
            if len(self.formatted) >= _MAX_FORMATTED:
                self.formatted.clear()
            self.formatted[key] = "".join(traceback.format_tb(step, limit=1))
        return self.formatted[key]

    def format_anew(self, error: BaseException, kept: Any) -> str:
        """The same, made by Python as a whole."""
        try:
            return self.tidy(
                "".join(traceback.format_exception(type(error), error, kept, limit=-_MAX_FRAMES, chain=False))
            )
        except Exception:  # noqa: BLE001  a hostile __str__ must not cost the answer
            return type(error).__name__[:_MAX_TEXT]

    def tidy(self, text: str) -> str:
        """A traceback without the folder's path, at most so long, of what can be sent."""
        return text.replace(self.folder + os.sep, "")[-_MAX_TEXT:].encode("utf-8", "replace").decode()


def _enter(subject: Any) -> Any:
    return type(subject).__enter__(subject)


def _exit(subject: Any, name: str | None) -> None:
    """Leave a context; whether it would swallow an exception of the test's is not asked."""
    kind = EXCEPTIONS.get(name, Exception) if name else None
    type(subject).__exit__(subject, kind, kind("raised in the test") if kind else None, None)


def _swapped(act: Any) -> Any:
    return lambda one, two: act(two, one)


# What may be done to a module's attribute or to an object that was handed over.
OPERATIONS: dict[str, Any] = {
    "read": lambda subject: subject,
    "call": lambda subject, /, *args, **kwargs: subject(*args, **kwargs),
    "attribute": getattr,
    "item": operator.getitem,
    "length": len,
    "iterate": iter,
    "next": next,
    "enter": _enter,
    "exit": _exit,
    "subclass": issubclass,
    "negative": operator.neg,
    "absolute": abs,
    **{name: getattr(operator, name) for name in _ARITHMETIC},
    **{f"r{name}": _swapped(getattr(operator, name)) for name in _ARITHMETIC},
}


def _has_changed(value: Any, shape: list[int], buffer: Any) -> bool:
    """Whether an array or a tensor is no longer, bit for bit, what came."""
    try:
        if isinstance(value, np.ndarray):
            now = np.ascontiguousarray(value).data.cast("B") if value.size else memoryview(b"")
        else:
            torch = sys.modules["torch"]
            now = value.detach().contiguous().reshape(-1).view(torch.uint8).numpy().data
        if list(value.shape) != shape or len(now) != len(as_came(buffer)):
            return True
        if len(now) <= _SMALL_BYTES:
            return bytes(now) != bytes(as_came(buffer))
        word = "u8" if len(now) % 8 == 0 else "u1"  # memoryviews compare byte by byte, twenty times slower
        return not np.array_equal(np.frombuffer(now, word), np.frombuffer(as_came(buffer), word))
    except Exception:  # noqa: BLE001  what can no longer be read as it came has changed
        return True


def _last_line(error: BaseException) -> str:
    """Of a traceback, for one of the plain exceptions."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  as Python does
        text = "<exception str() failed>"
    return f"{_PLAIN[type(error)]}: {text}\n" if text else f"{_PLAIN[type(error)]}\n"


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_TEXT].encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001  as above
        return ""


def set_seeds(seed: int) -> None:
    """The global generators, those of torch too where it is imported."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        # torch.manual_seed asks every device that there might be, at a cost of a millisecond
        (torch.manual_seed if torch.backends.cuda.is_built() else torch.default_generator.manual_seed)(seed)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105  contextlib.suppress costs as much as the rest of it
            stream.flush()
        except Exception:  # noqa: BLE001, S110  the student may have replaced or closed it
            pass


def open_streams() -> None:
    """The standard streams, on descriptors 0 to 2."""
    # Made anew: the descriptors below them are no longer those of the process that this one was forked from.
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(descriptor, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)


def serve(wire: int) -> None:
    """Serve the socket in this process, in the current folder, until it ends."""
    open_streams()
    Server(Wire(wire)).run()
