"""Solution blocks: what the stub keeps, where a module is cut, and marks that have no partner."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.errors import SpecError
from autograder.templates.solutions import cut_module, leave_out, make_stub, read_docstring

HERE = Path("reference/steps/steps.py")
REFERENCE = '''\
"""Steps.

What they are.
"""

import math

FACTOR = 2


def _checked(x):
    """Return x as a float."""
    return float(x)


# Twice is enough.
@staticmethod
def double(x):
    """Twice x."""
    x = _checked(x)
    # BEGIN SOLUTION
    # the idea
    return FACTOR * x
    # END SOLUTION


# BEGIN SOLUTION
def _helper(x):
    return math.floor(x)


LIMIT = 3
# END SOLUTION


class Counter:
    """Counts."""

    def __init__(self):
        # BEGIN SOLUTION
        self.count = 0
        # END SOLUTION

    def step(self, by=1):
        """Take a step."""
        # BEGIN SOLUTION
        if by:
            self.count += by
        return self.count
        # END SOLUTION

# the end
'''
STUB = '''\
"""Steps.

What they are.
"""

import math

FACTOR = 2


def _checked(x):
    """Return x as a float."""
    return float(x)


# Twice is enough.
@staticmethod
def double(x):
    """Twice x."""
    x = _checked(x)
    # YOUR CODE HERE
    raise NotImplementedError()


# YOUR CODE HERE


class Counter:
    """Counts."""

    def __init__(self):
        # YOUR CODE HERE
        raise NotImplementedError()

    def step(self, by=1):
        """Take a step."""
        # YOUR CODE HERE
        raise NotImplementedError()

# the end
'''


def test_stub_keeps_all_but_the_solutions() -> None:
    """Signatures, docstrings, imports, comments and given checks stay; a block at the top level leaves no raise."""
    assert make_stub(REFERENCE, HERE) == STUB


def test_marks_can_stay_around_the_placeholder() -> None:
    """With its marks kept, a source gives the same stub again, and so on for ever."""
    marked = leave_out(REFERENCE, HERE, keep_marks=True)
    assert marked.count("# BEGIN SOLUTION\n") == marked.count("# END SOLUTION\n") == 4
    assert leave_out(marked, HERE, keep_marks=True) == marked
    assert make_stub(marked, HERE) == STUB
    assert "the idea" not in marked


def test_module_is_cut_at_its_exercises() -> None:
    """What is given stands together, an exercise has its comments and decorators, and no line is lost."""
    segments = cut_module(REFERENCE, HERE)
    assert [segment.name for segment in segments] == ["", "double", "_helper", "Counter"]
    lines = REFERENCE.splitlines(keepends=True)
    for segment in segments:
        first = segment.first_line - 1
        assert segment.source == "".join(lines[first : first + segment.source.count("\n")])
    assert segments[1].source.strip().startswith("# Twice is enough.\n@staticmethod\n")
    assert "LIMIT = 3\n# END SOLUTION" in segments[2].source
    assert segments[3].source.endswith("# the end\n")
    together = "".join(segment.source for segment in segments)
    assert ast.dump(ast.parse(together)) == ast.dump(ast.Module(ast.parse(REFERENCE).body[1:], []))
    assert read_docstring(REFERENCE, HERE) == "Steps.\n\nWhat they are."


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f():\n    # BEGIN SOLUTION\n    return 1\n", f"{HERE}:2: # BEGIN SOLUTION has no # END SOLUTION"),
        ("def f():\n    return 1\n    # END SOLUTION\n", f"{HERE}:3: # END SOLUTION has no # BEGIN SOLUTION"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION\n", f"{HERE}:2: # BEGIN SOLUTION stands in the block"),
        ("def f():\n    return 1\n", "the stub would be the solution"),
        ("def f(:\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n", "is not Python (invalid syntax, line 1)"),
    ],
    ids=["no end", "no begin", "nested", "none", "no Python"],
)
def test_reference_that_cannot_be_cut(source: str, said: str) -> None:
    """A mark without its partner, no mark at all, or what is no Python: one sentence with the line."""
    with pytest.raises(SpecError) as caught:
        make_stub(source, HERE)
    assert said in str(caught.value)
