"""The wire, both ways: what goes in comes out as exactly itself, and nothing hostile gets further than WireError."""

import math
import struct
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.printable import clean_text
from autograder.proxy import _student_side, wire
from autograder.proxy.decoding import Decoder, HandleNode
from autograder.proxy.encoding import GENERATORS, Encoder
from autograder.proxy.wire import EncodeError, Kind, WireError

INTEGERS = st.integers(-(2**63), 2**64 - 1)
ARRAYS = st.one_of(
    *(hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)) for name in wire.DTYPES)
)
SCALARS = st.one_of(*(hnp.from_dtype(dtype) for dtype in wire.DTYPES.values()))
SINGLE = st.one_of(
    st.none(), st.booleans(), INTEGERS, st.floats(), st.complex_numbers(), st.text(), st.binary(), ARRAYS, SCALARS,
    st.slices(20), st.sampled_from(list(wire.DTYPES.values())),
)  # fmt: skip
HASHABLE = st.one_of(st.none(), st.booleans(), INTEGERS, st.text(), st.binary())
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(), INTEGERS), inner, max_size=4),
        st.sets(HASHABLE, max_size=4),
        st.frozensets(HASHABLE, max_size=4),
    ),
    max_leaves=20,
)
NODES = st.recursive(
    st.one_of(st.none(), st.booleans(), INTEGERS, st.floats(), st.text(max_size=3), st.binary(max_size=9)),
    lambda inner: st.lists(st.one_of(inner, st.sampled_from([*"ltsfdcianyhgTkm", "ty", "tv", "tg"])), max_size=5),
    max_leaves=30,
)


def same(left: Any, right: Any) -> bool:
    """Equal, of exactly the same type, NaN equal to NaN, bit for bit in arrays."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (np.ndarray, np.generic)):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    return bool(left == right)


def encode(value: Any) -> tuple[Any, list[Any]]:
    """What the trusted side sends for a value: its node and the raw buffers."""
    encoder = Encoder()
    return encoder.encode(value), list(encoder.buffers)


def decoder(buffers: Any) -> Decoder:
    """The trusted side's decoder, an object being told as its node."""
    return Decoder(buffers, lambda node: node, tensors=True)


def travel(node: Any) -> Any:
    """A node as it comes out of MessagePack at the other end."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(node))


@given(VALUES)
def test_every_listed_value_reaches_the_student_as_itself(value: Any) -> None:
    """What the trusted side encodes the student's side decodes to the same value of the same type."""
    node, buffers = encode(value)
    assert same(_student_side.Encoder().decode(travel(node), buffers), value)


@given(VALUES)
def test_every_listed_value_comes_back_as_itself(value: Any) -> None:
    """What the student's side encodes the trusted side decodes to the same value of the same type."""
    buffers: list[Any] = []
    node = travel(_student_side.Encoder().encode(value, buffers))
    assert same(decoder([bytes(buffer) for buffer in buffers]).decode(node), value)


@given(NODES, st.lists(st.binary(max_size=16), max_size=3))
def test_any_node_is_a_plain_value_or_a_wire_error(node: Any, buffers: list[bytes]) -> None:
    """A random tree never raises anything but WireError, and gives a type of the closed list."""
    try:
        value = decoder(buffers).decode(node)
    except WireError:
        return
    allowed = (type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, slice)
    torch_types = (torch.Tensor, torch.dtype, torch.device)
    assert type(value) in (*allowed, np.ndarray, HandleNode, *torch_types) or isinstance(value, (np.generic, np.dtype))


@given(st.binary(max_size=200), st.sampled_from(sorted(wire.REPLIES)))
def test_any_metadata_is_a_reply_or_a_wire_error(metadata: bytes, kind: Kind) -> None:
    """Random bytes in a reply's metadata never raise anything but WireError."""
    try:
        reply = wire.parse_reply(wire.Header(Kind(kind), False, 0, len(metadata), 0), metadata)
    except WireError:
        return
    assert isinstance(reply, (wire.Value, wire.Raised, wire.Missing, wire.Callback))


@given(st.binary(min_size=wire.HEADER.size, max_size=wire.HEADER.size))
def test_any_header_is_refused(header: bytes) -> None:
    """Random bytes are no header."""
    with pytest.raises(WireError):
        wire.parse_header(header, b"n" * 16, 1 << 20)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"magic": b"AGW1"}, "not a reply"),
        ({"kind": Kind.DO}, "not a reply"),
        ({"memory": 2}, "not a reply"),
        ({"nonce": b"x" * 16}, "another request"),
        ({"metadata": wire.MAX_METADATA_BYTES + 1}, "larger"),
        ({"buffers": wire.MAX_BUFFERS + 1}, "larger"),
        ({"total": (1 << 20) + 1}, "larger"),
    ],
)
def test_header_that_lies_is_refused(change: dict[str, Any], why: str) -> None:
    """Each field of a header is checked against what was asked and what is allowed."""
    fields = {
        "magic": wire.MAGIC, "kind": Kind.VALUE, "memory": 0, "buffers": 1, "metadata": 5, "nonce": b"n" * 16,
        "total": 8,
    }  # fmt: skip
    good = wire.HEADER.pack(*fields.values())
    assert wire.parse_header(good, b"n" * 16, 1 << 20).kind is Kind.VALUE
    with pytest.raises(WireError, match=why):
        wire.parse_header(wire.HEADER.pack(*(fields | change).values()), b"n" * 16, 1 << 20)


def test_buffer_lengths_must_add_up() -> None:
    """Lengths that do not sum to the header's total end the sandbox."""
    header = wire.Header(Kind.VALUE, False, 2, 0, 10)
    assert wire.parse_sizes(struct.pack("<2Q", 4, 6), header) == (4, 6)
    with pytest.raises(WireError):
        wire.parse_sizes(struct.pack("<2Q", 2**63, 2**63), header)


FRAME = wire.pack_head(
    Kind.CALLBACK, b"n" * 16, {"number": 3, "args": [["a", "uint8", [2], 0]], "kwargs": {}}, [b"ab", b""],
    in_memory=False,
) + b"ab"  # fmt: skip


@given(st.integers(0, len(FRAME) - 1))
def test_a_frame_of_which_a_part_has_come_is_awaited(size: int) -> None:
    """No prefix of a frame is taken for a frame."""
    assert wire.parse_whole(FRAME[:size], b"n" * 16, 1 << 20) is None


@given(st.binary(max_size=100))
def test_a_whole_frame_is_read_at_once(following: bytes) -> None:
    """Its metadata and buffers are its own, and what follows it is kept."""
    reply = wire.Callback(3, [["a", "uint8", [2], 0]], {})
    assert wire.parse_whole(FRAME + following, b"n" * 16, 1 << 20) == (reply, [b"ab", b""], following)


@pytest.mark.parametrize(
    ("place", "byte"), [(0, b"B"), (4, b"\x04"), (12, b"x"), (28, b"\x03"), (36, b"\x03"), (52, b"\xc1")],
    ids=["magic", "kind", "nonce", "total", "length", "metadata"],
)  # fmt: skip
def test_a_whole_frame_that_lies_is_refused(place: int, byte: bytes) -> None:
    """What a frame says of itself is checked where it is read at once too."""
    lie = FRAME[:place] + byte + FRAME[place + 1 :] + b"more"
    with pytest.raises(WireError):
        wire.parse_whole(lie, b"n" * 16, 1 << 20)


def test_a_memfd_is_not_awaited_in_the_frame() -> None:
    """A frame whose buffers lie in a memfd is never whole."""
    head = wire.pack_head(Kind.VALUE, b"n" * 16, {"value": None}, [b"ab"], in_memory=True)
    assert wire.parse_whole(head + b"ab", b"n" * 16, 1 << 20) is None


@pytest.mark.parametrize(
    "node",
    [
        ["a", "float64", [2], 0],  # 8 bytes for two numbers
        ["a", "float64", [-1], 0],
        ["a", "float64", [2**40, 2**40, 0], 0],
        ["a", "float64", [1.0], 0],
        ["a", "object", [1], 0],
        ["a", "float64", [1], 1],
        ["a", "float64", [1], True],
        ["a", "float64", [1] * 40, 0],
        ["n", "float64", b"1234"],
        ["n", "U1", b"1234"],
        ["y", "object"],
        ["s", ["l"]],  # a set of a list
        ["d", [["t"], 1]],
        ["d", ["ab", 1, 2]],
        ["h", "1", "x"],
        ["zz"],
        [],
        [["l"]],
        {"a": 1},
        ["c", 1, 2],
        ["g", "PCG64", None],  # generators only go in
        ["m", "work", "f"],  # and so do names
        ["k", 0],  # a callable that nobody sent
        ["h", -1, "x", [], ""],
        ["h", 1, "x", [["a"]], ""],
        ["h", 1, "x", [["a", 1]], ""],
        ["s", ["h", 1, "x", [], ""]],
        ["h", 1, "x", []],
        ["h", 1, "x", [], "c" * 9],
        ["T", "float64", [2], 0, False],
        ["T", "float64", [1], 0, 1],
        ["T", "quint8", [8], 0, False],
        ["ty", "nowhere"],
        ["tv", "nowhere"],
        ["tv", "c" * 100],
        ["tg", 0],
    ],
)
def test_malformed_node_is_refused(node: Any) -> None:
    """Each way to lie about a value is a WireError."""
    with pytest.raises(WireError):
        decoder([b"\0" * 8]).decode(travel(node))


def test_depth_and_count_are_bounded() -> None:
    """A value nested too deeply, or of too many parts, is refused; no stack overflows."""
    deep: Any = ["l"]
    for _ in range(wire.MAX_DEPTH + 1):
        deep = ["l", deep]
    with pytest.raises(WireError):
        decoder([]).decode(deep)
    with pytest.raises(WireError):
        decoder([]).decode(["l", *[["l"]] * wire.MAX_NODES])


def test_other_objects_cross_as_handles() -> None:
    """An instance of a subclass is a handle, whatever it says of itself; the same object is the same handle."""

    class Liar(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    encoder, liar = _student_side.Encoder(), Liar(1)
    nodes = [decoder([]).decode(travel(encoder.encode(value, []))) for value in (liar, Liar(1), liar)]
    assert nodes[0] == HandleNode(0, "Liar", (), "")
    assert [node.number for node in nodes] == [0, 1, 0]


TENSORS = [
    torch.arange(6.0).reshape(2, 3).T,
    torch.tensor(2.5, dtype=torch.float64, requires_grad=True),
    torch.zeros(0, 3),
    torch.tensor([1 + 2j]).conj(),
    torch.tensor([1.5], dtype=torch.bfloat16),
    torch.tensor([True, False]),
    torch.arange(4, dtype=torch.int16)[::2],
]


@pytest.mark.parametrize("value", TENSORS, ids=str)
def test_tensor_crosses_both_ways(value: torch.Tensor) -> None:
    """A tensor arrives with its dtype, shape, values and requires_grad, as exactly a Tensor."""
    node, buffers = encode(value)
    student = _student_side.Encoder()
    student.torch = torch
    there = student.decode(travel(node), [bytes(buffer) for buffer in buffers])
    out: list[Any] = []
    node = travel(student.encode(there, out))
    back = decoder([bytes(buffer) for buffer in out]).decode(node)
    for tensor in (there, back):
        assert type(tensor) is torch.Tensor
        assert tensor.dtype == value.dtype
        assert tensor.shape == value.shape
        assert tensor.requires_grad == value.requires_grad
        assert torch.equal(tensor, value)


def test_parameter_size_and_state_dict_cross_as_plain_data() -> None:
    """A Parameter comes as a tensor, a Size as a tuple, a state dict as a dict, dtypes and devices as themselves."""
    student = _student_side.Encoder()
    student.torch = torch
    layer = torch.nn.Linear(2, 1)
    out: list[Any] = []
    node = travel(student.encode([layer.state_dict(), layer.weight.shape, torch.float16, torch.device("cpu")], out))
    state, shape, dtype, device = decoder([bytes(buffer) for buffer in out]).decode(node)
    assert type(state) is dict
    assert torch.equal(state["weight"], layer.weight)
    assert (type(shape), shape, dtype, device) == (tuple, (1, 2), torch.float16, torch.device("cpu"))


def test_no_tensor_where_the_assignment_has_no_torch() -> None:
    """A NumPy assignment's decoder never touches torch, whatever a submission claims."""
    plain = Decoder([b"\0" * 8], lambda node: node)
    for node in (["T", "float64", [1], 0, False], ["ty", "float64"], ["tv", "cpu"]):
        with pytest.raises(WireError):
            plain.decode(node)


@pytest.mark.parametrize("value", [object(), lambda: 1, {1.5: 2}, np.array([None]), 2**64, np.float128(1)])
def test_what_cannot_cross_is_the_authors_error(value: Any) -> None:
    """An argument that is not on the list is refused by name, before anything is sent."""
    with pytest.raises(EncodeError, match="pass"):
        encode(value)


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_generator_crosses_in_its_state(name: str) -> None:
    """The student's generator draws what the test's would, and the test's is not advanced by it."""
    mine = np.random.Generator(getattr(np.random, name)(7))
    node, buffers = encode(mine)
    theirs = _student_side.Encoder().decode(travel(node), buffers)
    expected = np.random.Generator(getattr(np.random, name)(7)).normal(size=5).tolist()
    assert theirs.normal(size=5).tolist() == expected
    assert mine.normal(size=5).tolist() == expected


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_used_generator_crosses_as_a_child(name: str) -> None:
    """From what the student gets one cannot go back to what the test drew, and two states give two children."""
    mine = np.random.Generator(getattr(np.random, name)(7))
    seen = []
    for _ in range(2):
        drawn = mine.normal()
        node, buffers = encode(mine)
        theirs = _student_side.Encoder().decode(travel(node), buffers)
        assert theirs.bit_generator.state != mine.bit_generator.state
        theirs.bit_generator.advance(-1)
        seen += [theirs.normal(), drawn]
    assert len(set(seen)) == 4


def test_suites_own_generator_crosses_as_a_child_even_unused() -> None:
    """What the test will draw from `rng` later cannot be foreseen from what it passes now."""
    mine = np.random.default_rng(7)
    encoder = Encoder(private=mine)
    theirs = _student_side.Encoder().decode(travel(encoder.encode(mine)), list(encoder.buffers))
    assert theirs.normal() != mine.normal()


def test_used_torch_generator_crosses_as_a_child() -> None:
    """A fresh torch.Generator crosses in its state, one that was drawn from as a child."""
    fresh, used = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    torch.rand(1, generator=used)
    states = []
    for generator in (fresh, used):
        node, buffers = encode(generator)
        states.append(_student_side.Encoder().decode(travel(node), buffers).get_state())
    assert torch.equal(states[0], fresh.get_state())
    assert not torch.equal(states[1], used.get_state())


def test_student_text_is_made_printable() -> None:
    """Control characters, lone surrogates and length are taken out of what is shown."""
    assert clean_text("a\x1b[31mb\ud800\n") == "a�[31mb?\n"
    assert len(clean_text("x" * 10_000, 100)) == 100
