"""A coverage-guided fuzzer of everything that reads a student's bytes on the trusted side of the wire.

Usage: python tests/fuzz/decode_reply.py SECONDS [CORPUS]

An input is read in one of three ways, by its first byte: as a whole frame; as a reply's metadata in MessagePack, with
buffers; or as instructions for a tree of nodes, tags included. It gives a value or a WireError, in 5 seconds and
256 MiB more than the process has at its start. Prints libFuzzer's figures: executions, coverage, memory.
"""

import contextlib
import resource
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder.proxy.wire", "autograder.proxy.decoding"]):
    from autograder.proxy import wire
    from autograder.proxy.decoding import Decoder

import numpy as np

from autograder.printable import clean_text

NONCE = b"n" * 16
MAX_TOTAL_BYTES = 1 << 20


TAGS = [*"ltsfdcianyhgTkm", "ty", "tv", "tg", ""]
NAMES = [*wire.DTYPES, "object", "U1", ""]


def read_frame(data: bytes) -> object:
    """What the channel does with a frame, from bytes that have all come: whole, or piece by piece what is missing."""
    whole = wire.parse_whole(data, NONCE, MAX_TOTAL_BYTES)
    if whole is not None:
        return decode_reply(*whole[:2])
    header = wire.parse_header(data[: wire.HEADER.size].ljust(wire.HEADER.size, b"\0"), NONCE, MAX_TOTAL_BYTES)
    rest = data[wire.HEADER.size :]
    sizes = wire.parse_sizes(rest[: 8 * header.buffers].ljust(8 * header.buffers, b"\0"), header)
    rest = rest[8 * header.buffers :]
    buffers, start = [], header.metadata_bytes
    for size in sizes:
        buffers.append(rest[start : start + size])
        start += size
    return decode_reply(wire.parse_reply(header, rest[: header.metadata_bytes]), buffers)


def read_metadata(data: bytes) -> object:
    """Metadata of a kind that the first byte names, and the whole input as its buffers."""
    kind = sorted(wire.REPLIES)[data[0] % len(wire.REPLIES)]
    header = wire.Header(kind, False, 2, len(data), 2 * len(data))
    return decode_reply(wire.parse_reply(header, data[1:]), [data[:8], data])


def read_tree(data: bytes) -> object:
    """A value that is built by the input's instructions."""
    provider = atheris.FuzzedDataProvider(data)
    buffers = [provider.ConsumeBytes(provider.ConsumeIntInRange(0, 64)) for _ in range(3)]
    return make_decoder(buffers).decode(make_node(provider, 0))


def make_node(provider: atheris.FuzzedDataProvider, depth: int) -> object:
    """A node: a leaf, or a list with a tag and what may follow it."""
    leaves = [
        lambda: None, provider.ConsumeBool, lambda: provider.ConsumeInt(8), lambda: provider.ConsumeFloat(),
        lambda: provider.PickValueInList(NAMES), lambda: provider.ConsumeBytes(provider.ConsumeIntInRange(0, 16)),
        lambda: [provider.ConsumeIntInRange(-1, 5) for _ in range(provider.ConsumeIntInRange(0, 4))],
    ]  # fmt: skip
    if depth > 70 or provider.remaining_bytes() == 0 or provider.ConsumeBool():
        return leaves[provider.ConsumeIntInRange(0, len(leaves) - 1)]()
    inside = [make_node(provider, depth + 1) for _ in range(provider.ConsumeIntInRange(0, 5))]
    return [provider.PickValueInList(TAGS), *inside]


def make_decoder(buffers: list[bytes]) -> Decoder:
    """A decoder as the client makes it, with a callable of the test's that may come back."""
    return Decoder(buffers, lambda node: node, lambda number: len)


def decode_reply(reply: wire.Reply, buffers: list[bytes]) -> object:
    """What the client does with a reply."""
    decoder = make_decoder(buffers)
    if isinstance(reply, wire.Value):
        return decoder.decode(reply.value), [decoder.decode(node) for _, node in reply.returned]
    if isinstance(reply, wire.Callback):
        return [decoder.decode(node) for node in (*reply.args, *reply.kwargs.values())]
    return clean_text(reply.text) if isinstance(reply, wire.Raised) else None


READERS = [read_frame, read_metadata, read_tree]


def test_one_input(data: bytes) -> None:
    """Any bytes are a value or a WireError."""
    if len(data) < 2:
        return
    with contextlib.suppress(wire.WireError):
        READERS[data[0] % len(READERS)](data[1:])


def frame(kind: wire.Kind, metadata: object, buffers: list[bytes]) -> bytes:
    """A frame for the corpus."""
    return wire.pack_head(kind, NONCE, metadata, buffers, in_memory=False) + b"".join(buffers)  # type: ignore[arg-type]


def seeds() -> list[bytes]:
    """A frame of each kind and each type of value."""
    array = np.arange(6.0).tobytes()
    values = [
        None, True, -1, 2**63, 1.5, "text", b"bytes", ["l", 1, ["t", 2]], ["s", 1, 2], ["f", "a"], ["d", ["k", 1]],
        ["c", 1.0, 2.0], ["i", 1, None, 2], ["n", "float32", b"1234"], ["y", "int8"],
        ["h", 1, "Name", [["m", "C"]], "cil"], ["k", 0], ["a", "float64", [2, 3], 0],
    ]  # fmt: skip
    frames = [
        frame(wire.Kind.VALUE, {"value": value, "changed": [0, "x"], "returned": [[0, value]]}, [array])
        for value in values
    ]
    raised = {
        "type": "E", "base": "ValueError", "exact": True, "classes": [["m", "E"]], "token": -1, "text": "t",
        "frames": [["f.py", 1, "f"]], "traceback": "",
    }  # fmt: skip
    frames.append(frame(wire.Kind.RAISED, raised, []))
    frames.append(frame(wire.Kind.MISSING, {}, []))
    frames.append(frame(wire.Kind.CALLBACK, {"number": 1, "args": [["l", 1.0]], "kwargs": {"k": None}}, []))
    return frames


def main() -> None:
    """Fuzz for so many seconds."""
    seconds = int(sys.argv[1])
    corpus = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    for number, data in enumerate(seeds()):
        (corpus / f"frame-{number}").write_bytes(b"\0" + data)
        (corpus / f"metadata-{number}").write_bytes(b"\1" + data[4:5] + data[wire.HEADER.size + 8 * data[6] :])
        (corpus / f"tree-{number}").write_bytes(b"\2" + data)
    now_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    options = [
        f"-max_total_time={seconds}", "-timeout=5", f"-rss_limit_mb={now_mib + 256}", "-max_len=65536",
        "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
