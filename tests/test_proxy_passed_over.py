"""What the student's side says of failed statements: checked, cleaned, one sentence each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.proxy.passed_over import PassedOver, place, read_passed_over
from autograder.proxy.wire import WireError

LINES = {"work.py": 9, "cell 2": 3}
ENTRY: dict[str, Any] = {
    "file": "work.py", "first": 4, "line": 5, "kind": "raised", "type": "KeyError", "text": "3", "names": [],
}  # fmt: skip


def sentence(**changes: Any) -> str:
    """The sentence of an entry."""
    (entry,), more = read_passed_over({"passed_over": [{**ENTRY, **changes}], "more": 0}, LINES)
    assert more == 0
    return entry.sentence("work.py")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Line 5 was passed over: KeyError: 3."),
        ({"text": ""}, "Line 5 was passed over: KeyError."),
        ({"text": "what now?"}, "Line 5 was passed over: KeyError: what now?"),
        ({"names": ["f"]}, "Line 5 was passed over, and f with it: KeyError: 3."),
        ({"names": ["f", "g", "h"]}, "Line 5 was passed over, and f, g and h with it: KeyError: 3."),
        ({"names": [*"abcdefg"]}, "Line 5 was passed over, and a, b, c, d, e and 2 more with it: KeyError: 3."),
        ({"names": ["f x", "g\n", "1"]}, "Line 5 was passed over: KeyError: 3."),
        ({"file": "cell 2", "first": 1, "line": 2}, "Cell 2, line 2 was passed over: KeyError: 3."),
        ({"kind": "slow", "text": "it waited"}, "Line 5 was passed over: it waited."),
        ({"line": 10**9}, "Line 4 was passed over: KeyError: 3."),
        ({"text": "a\n\tb\x1b"}, "Line 5 was passed over: KeyError: a b�."),
    ],
)
def test_entry_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    """Where, what is lost with it, and why."""
    assert sentence(**changes) == said


def test_cause_tells_line_and_type_alone() -> None:
    """A test's summary holds no text of the exception."""
    entry = PassedOver("helper.py", 1, 2, slow=False, type_name="OSError", text="secret", names=("f",))
    assert entry.cause("work.py") == "line 2 of helper.py was passed over (OSError)"


def test_place_names_the_file_where_it_must() -> None:
    """The module itself need not be named, a helper and a cell must."""
    assert [place("work.py", 1, "work.py"), place("work.py", 1), place("cell 3", 2)] == [
        "line 1", "line 1 of work.py", "cell 3, line 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "other.py"}, {"first": 0}, {"first": 10}, {"first": True}, {"kind": "other"}, {"type": None},
        {"names": "f"}, {"names": [None]}, {"extra": 1}, {"text": b"x"},
    ],
)  # fmt: skip
def test_malformed_entry_is_refused(changes: dict[str, Any]) -> None:
    """Another type, another key, a file or a line that there is not."""
    with pytest.raises(WireError):
        sentence(**changes)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ENTRY, "passed_over", "more"]), inner)
    ),
)


@given(ANYTHING)
def test_any_value_is_read_or_refused(value: Any) -> None:
    """Nothing but WireError comes out of it."""
    try:
        entries, more = read_passed_over(value, LINES)
    except WireError:
        return
    assert more >= 0
    assert all(entry.sentence("") for entry in entries)
