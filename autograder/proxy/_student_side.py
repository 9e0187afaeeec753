"""The student's end of the wire: reads calls, makes them, answers. Runs inside the sandbox, beside the student's code.

It imports nothing of the package's, so that nothing of the package's need be there. Whatever it says is the
student's claim: their code shares this process and may patch all of it. This docstring is the wire's specification.

Frames
    A stream socket carries frames, each way the same:

        magic      4 bytes    "AGW1"
        kind       1 byte     below
        padding    1 byte
        buffers    u16        how many raw buffers follow the metadata
        metadata   u32        its length in bytes, at most 2 MiB from the student
        nonce      16 bytes   drawn anew by the trusted side for each request; the reply carries the same
        total      u64        the length of all the buffers together
        lengths    u64 each   the length of each buffer
        metadata              MessagePack
        buffers               raw, one after another

    All integers are little-endian. The trusted side asks, this side answers once, in order. Any other frame (a wrong
    magic, kind, nonce or length, a second reply) ends the sandbox and costs the test that was running.

Requests, and what they are answered with
    1 FILES   {"names": [str]}, a buffer each: write the files into the working folder                    -> VALUE nil
    2 IMPORT  {"modules": [str], "seed": u32}: import them in order                              -> VALUE nil or RAISED
    3 BEGIN   {"seed": u32}: a test begins; set the global seeds                                         -> VALUE nil
    4 CALL    {"module": str, "name": str, "args": [node], "kwargs": {str: node}}     -> VALUE, RAISED or MISSING
    5 GET     {"module": str, "name": str}: read an attribute of a module             -> VALUE, RAISED or MISSING

Replies
    16 VALUE    {"value": node, "changed": [position or keyword of an argument that the call changed]}
    17 RAISED   {"type": str, "base": str, "exact": bool, "text": str, "frames": [[file, line, function]],
                 "traceback": str}; `base` names the nearest class of EXCEPTIONS in the exception's MRO, `exact` says
                that the exception is of that very class, `frames` are those in the submission's folder
    18 MISSING  {}: the module has no such name

Nodes (values)
    nil, bool, int of 64 bits, float, str and bytes stand for themselves. Everything else is an array with a tag first:
        ["l", node...] list           ["t", node...] tuple          ["s", node...] set      ["f", node...] frozenset
        ["d", [key, node]...] dict, the keys str or int             ["c", re, im] complex   ["i", a, b, c] slice
        ["a", dtype, [n...], buffer] array, C-contiguous in native order     ["n", dtype, bytes] NumPy scalar
        ["y", dtype] a dtype          ["g", name, node] a numpy.random.Generator: its bit generator and state
        ["h", number, type's name] anything else: a handle, good for nothing but `is`
    Types are matched exactly: an instance of a subclass of list is a handle, not a list.
"""

import builtins
import contextlib
import importlib
import os
import random
import socket
import struct
import sys
import traceback
from typing import Any

import msgspec
import numpy as np

MAGIC = b"AGW1"
HEADER = struct.Struct("<4sBxHI16sQ")
FILES, IMPORT, BEGIN, CALL, GET = 1, 2, 3, 4, 5
VALUE, RAISED, MISSING = 16, 17, 18

DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
EXCEPTIONS: dict[str, type[BaseException]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and name not in {"ExceptionGroup"}
}
EXCEPTIONS |= {"SystemExit": SystemExit, "LinAlgError": np.linalg.LinAlgError}
_EXCEPTION_NAMES = {value: name for name, value in reversed(EXCEPTIONS.items())}
_SCALARS = (type(None), bool, float, str, bytes)
_MAX_TEXT, _MAX_DEPTH, _MAX_HANDLES = 4000, 64, 10_000


class Encoder:
    """Turns values into nodes; what is not on the list becomes a handle and is kept here."""

    def __init__(self) -> None:
        self.handles: list[Any] = []
        self.numbers: dict[
            Any, Any
        ] = {}  # id of what is kept -> its handle; kept objects live on, so ids do not return

    def encode(self, value: Any, buffers: list[Any], depth: int = 0) -> Any:
        """The node for a value; raw arrays are appended to `buffers`."""
        kind = type(value)
        if kind in _SCALARS or (kind is int and -(2**63) <= value < 2**64):
            return value
        if depth > _MAX_DEPTH:
            raise ValueError("the value is nested too deeply to cross")
        if kind is np.ndarray and value.dtype.name in DTYPES:
            array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
            buffers.append(array.data.cast("B") if array.size else b"")
            return ["a", array.dtype.name, list(value.shape), len(buffers) - 1]
        if isinstance(value, np.generic) and value.dtype.name in DTYPES and kind is value.dtype.type:
            return ["n", value.dtype.name, value.tobytes()]
        return self._encode_container(value, kind, buffers, depth)

    def _encode_container(self, value: Any, kind: Any, buffers: list[Any], depth: int) -> Any:
        tag = {list: "l", tuple: "t", set: "s", frozenset: "f"}.get(kind)
        if tag:
            return [tag, *(self.encode(item, buffers, depth + 1) for item in value)]
        if kind is dict and all(type(key) in (str, int) for key in value):
            return ["d", *([key, self.encode(item, buffers, depth + 1)] for key, item in value.items())]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is slice:
            return [
                "i",
                *(self.encode(part, buffers, depth + 1) for part in (value.start, value.stop, value.step)),
            ]
        if isinstance(value, np.dtype) and value.name in DTYPES:
            return ["y", value.name]
        return self._keep(value)

    def _keep(self, value: Any) -> list[Any]:
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.handles) >= _MAX_HANDLES:
                raise ValueError("too many objects were handed over")
            number = self.numbers[id(value)] = len(self.handles)
            self.handles.append(value)
        return ["h", number, type(value).__name__[:60]]

    def decode(self, node: Any, buffers: list[Any]) -> Any:
        """The value for a node of the trusted side's."""
        if type(node) is not list:
            return node
        tag, *rest = node
        if tag == "a":
            dtype, shape, index = rest
            return np.frombuffer(buffers[index], dtype=dtype).reshape(shape).copy()
        if tag == "n":
            return np.frombuffer(rest[1], dtype=rest[0])[0]
        if tag in _SEQUENCES:
            return _SEQUENCES[tag](self.decode(item, buffers) for item in rest)
        if tag == "d":
            return {key: self.decode(item, buffers) for key, item in rest}
        if tag == "h":
            return self.handles[rest[0]]
        return _SINGLE[tag](*(self.decode(item, buffers) for item in rest))


def _generator(name: str, state: dict[Any, Any]) -> np.random.Generator:
    bit_generator = getattr(np.random, name)()
    bit_generator.state = _with_integers(state)
    return np.random.Generator(bit_generator)


def _with_integers(state: Any) -> Any:
    """Integers of more than 64 bits travel as ["#", text] in a tuple."""
    if type(state) is dict:
        return {key: _with_integers(value) for key, value in state.items()}
    return int(state[1]) if type(state) is tuple and state[:1] == ("#",) else state


_SEQUENCES: dict[str, Any] = {"l": list, "t": tuple, "s": set, "f": frozenset}
_SINGLE: dict[str, Any] = {"c": complex, "i": slice, "y": np.dtype, "g": _generator}


class Server:
    """Answers the trusted side's requests, one after another."""

    def __init__(self, wire: int) -> None:
        self.wire = socket.socket(fileno=wire)
        self.encoder = Encoder()
        self.folder = os.getcwd()
        self.modules: dict[Any, Any] = {}
        self.answers = {
            FILES: self.write_files,
            IMPORT: self.import_modules,
            BEGIN: self.begin_test,
            CALL: self.call,
            GET: self.get,
        }

    def run(self) -> None:
        """Serve until the trusted side closes the wire."""
        while True:
            header = self.receive(HEADER.size)
            _, kind, count, length, nonce, _ = HEADER.unpack(header)
            sizes = struct.unpack(f"<{count}Q", self.receive(8 * count))
            request = msgspec.msgpack.decode(self.receive(length))
            buffers = [self.receive(size) for size in sizes]
            self.send(nonce, *self.answer(kind, request, buffers))

    def receive(self, size: int) -> bytearray:
        """Exactly `size` bytes; the process ends where the wire does."""
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            count = self.wire.recv_into(view[got:])
            if count == 0:
                os._exit(0)
            got += count
        return data

    def send(self, nonce: bytes, kind: int, reply: dict[Any, Any], buffers: list[Any]) -> None:
        """One frame."""
        metadata = msgspec.msgpack.encode(reply)
        sizes = [len(buffer) for buffer in buffers]
        header = HEADER.pack(MAGIC, kind, len(buffers), len(metadata), nonce, sum(sizes))
        self.wire.sendall(header + struct.pack(f"<{len(sizes)}Q", *sizes) + metadata)
        for buffer in buffers:
            self.wire.sendall(buffer)

    def answer(self, kind: int, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """The reply to one request: (kind, metadata, buffers)."""
        try:
            return self.answers[kind](request, buffers)
        except BaseException as error:  # noqa: BLE001  whatever the student raises is theirs to raise
            return RAISED, self.describe(error), []
        finally:
            _flush()

    def write_files(self, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """FILES."""
        for name, data in zip(request["names"], buffers, strict=True):
            os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(data)
        return VALUE, {"value": None, "changed": []}, []

    def import_modules(self, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """IMPORT."""
        sys.path.insert(0, self.folder)
        set_seeds(request["seed"])
        for name in request["modules"]:
            self.modules[name] = importlib.import_module(name)
        return VALUE, {"value": None, "changed": []}, []

    def begin_test(self, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """BEGIN."""
        set_seeds(request["seed"])
        return VALUE, {"value": None, "changed": []}, []

    def call(self, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """CALL."""
        found, function = self.find(request)
        if not found:
            return MISSING, {}, []
        args = [self.encoder.decode(node, buffers) for node in request["args"]]
        kwargs = {name: self.encoder.decode(node, buffers) for name, node in request["kwargs"].items()}
        value = function(*args, **kwargs)
        changed = [index for index, node in enumerate(request["args"]) if self.differs(args[index], node, buffers)]
        changed += [name for name, node in request["kwargs"].items() if self.differs(kwargs[name], node, buffers)]
        out: list[Any] = []
        return VALUE, {"value": self.encoder.encode(value, out), "changed": changed}, out

    def get(self, request: dict[Any, Any], buffers: list[Any]) -> tuple[Any, ...]:
        """GET."""
        found, value = self.find(request)
        if not found:
            return MISSING, {}, []
        out: list[Any] = []
        return VALUE, {"value": self.encoder.encode(value, out), "changed": []}, out

    def find(self, request: dict[Any, Any]) -> tuple[Any, ...]:
        """(True, the module's attribute) or (False, None)."""
        names = vars(self.modules[request["module"]])
        return request["name"] in names, names.get(request["name"])

    def differs(self, value: Any, node: Any, buffers: list[Any]) -> bool:
        """Whether a mutable argument is no longer what came: its encoding has changed."""
        if type(node) is not list or node[0] in "nciygh":
            return False
        now: list[Any] = []
        return bool(_flatten(self.encoder.encode(value, now), now) != _flatten(node, buffers))

    def describe(self, error: BaseException) -> dict[Any, Any]:
        """RAISED's metadata."""
        mro = type.mro(type(error))
        base = next((_EXCEPTION_NAMES[kind] for kind in mro if kind in _EXCEPTION_NAMES), "Exception")
        frames: list[list[Any]] = [
            [frame.filename[len(self.folder) + 1 :], frame.lineno, frame.name]
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(self.folder + os.sep)
        ]
        if isinstance(error, SyntaxError) and str(error.filename).startswith(self.folder):
            frames.append([str(error.filename)[len(self.folder) + 1 :], error.lineno or 0, ""])
        return {
            "type": type(error).__name__[:80],
            "base": base,
            "exact": _EXCEPTION_NAMES.get(type(error)) == base,
            "text": _text(error),
            "frames": [[str(file)[:200], int(line or 0), name[:100]] for file, line, name in frames[-8:]],
            "traceback": self.format(error),
        }

    def format(self, error: BaseException) -> str:
        """The traceback from the submission's first frame on, without the folder's path."""
        kept = error.__traceback__
        while kept and not kept.tb_frame.f_code.co_filename.startswith(self.folder):
            kept = kept.tb_next
        try:
            text = "".join(traceback.format_exception(type(error), error, kept, limit=-12, chain=False))
        except Exception:  # noqa: BLE001  a hostile __str__ must not cost the answer
            text = type(error).__name__
        return text.replace(self.folder + os.sep, "")[-_MAX_TEXT:].encode("utf-8", "replace").decode()


def _flatten(node: Any, buffers: list[Any]) -> Any:
    """A node as plain data to compare, each array's buffer in its place and sets without their order."""
    if type(node) is not list:
        return repr(node)
    tag, *rest = node
    if tag == "a":
        return [*node[:3], bytes(buffers[node[3]])]
    if tag == "d":
        return [tag, [(key, _flatten(item, buffers)) for key, item in rest]]
    if tag in "lt":
        return [tag, [_flatten(item, buffers) for item in rest]]
    if tag in "sf":
        return [tag, sorted(repr(_flatten(item, buffers)) for item in rest)]
    return repr(node)


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
        torch.manual_seed(seed)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the student may have replaced or closed it
            stream.flush()


def serve(wire: int) -> None:
    """Serve the wire in this process, in the current folder, until it ends."""
    # Made anew: the descriptors below them are no longer those of the process that this one was forked from.
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(descriptor, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    Server(wire).run()
