"""A course that needs no package, and its submissions: right, half right, raising and exiting, for whole classes."""

REFERENCE = '"""The reference."""\n\n\ndef total(values):\n    """The sum of a list."""\n    return sum(values)\n'
PUBLIC = '''\
"""The public suite."""

import pytest
from steps import total


@pytest.mark.points(8)
def test_total_small():
    """The total of 1, 2 and 3 is 6."""
    assert total([1, 2, 3]) == 6
'''
HIDDEN = '''\
"""The hidden suite."""

import pytest
from steps import total


@pytest.mark.points(12)
def test_total_random(rng):
    """Random integers are summed."""
    values = [int(n) for n in rng.integers(-1000, 1000, size=20)]
    assert total(values) == sum(values)
'''
BODIES = [
    *["return sum(values)"] * 7,
    "return sum(values[:5])",
    "raise ValueError(len(values))",
    "__import__('os')._exit(3)",
]
