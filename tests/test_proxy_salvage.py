"""What is saved of a source that does not parse, and that it takes bounded time."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.proxy import _salvage


def names(source: str) -> tuple[list[str], list[str]]:
    """The functions and classes that are saved, and those that are lost."""
    statements, lost = _salvage.parse(source, "work.py")
    saved = [node.name for node in statements if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return saved, [name for block in lost for name in block.names]


G = "def g():\n    return 2\n"
BROKEN = {
    "open parenthesis": "def f():\n    return (1\n" + G,
    "header": "def f(x:\n    return 1\n" + G,
    "no body": "def f():\n" + G,
    "open string": "def f():\n    x = '''text\n    return 1\n\n" + G,
    "docstring at column 0": "def f():\n    '''a\nb\n'''\n    return (1\n" + G,
    "python 2": "def f():\n    print 'x'\n" + G,
    "tabs": "def f():\n\tif 1:\n        return 1\n" + G,
    "indentation": "def f():\n    x = 1\n      y = 2\n" + G,
    "decorated": "@decorator\n@another(1)\ndef f():\n    return )\n" + G,
    "else without if": "def f():\n    else:\n        pass\n" + G,
    "conflict inside": "def f():\n    x = 1\n<<<<<<< HEAD\n    x = 2\n=======\n    x = 3\n>>>>>>> b\n    return x\n"
    + G,
    "conflict at the end": "def f():\n    x = 1\n<<<<<<< HEAD\n    x = 2\n=======\n    x = 3\n>>>>>>> b\n" + G,
    "async": "async def f():\n    await\n" + G,
    "deep": "def f():\n    return " + "(" * 500 + "\n" + G,
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_broken_function_costs_that_function(source: str) -> None:
    """The function after it is saved, the broken one named as lost, never cut short."""
    saved, lost = names(source)
    assert saved == ["g"]
    assert lost == ["f"]


def test_conflict_around_functions_keeps_them() -> None:
    """Marks between whole functions cost the marks alone."""
    source = f"<<<<<<< HEAD\ndef f():\n    return 1\n=======\ndef f():\n    return 2\n>>>>>>> branch\n{G}"
    assert names(source) == (["f", "f", "g"], [])


def test_lines_stay_those_of_the_file() -> None:
    """Statements that are saved, and errors, keep their line numbers, however many blocks are lost."""
    source = "def f():\n    return )\n" * 60 + G
    statements, lost = _salvage.parse(source, "work.py")
    assert [node.lineno for node in statements] == [121]
    assert [block.first for block in lost] == list(range(1, 121, 2))


def test_source_that_parses_is_taken_as_it_is() -> None:
    """Nothing is lost of it, and strings and brackets may reach to column 0."""
    source = 'x = """\ndef f(:\n"""\ny = [\n1,\n]\nif x:\n    pass\nelse:\n    pass\n'
    statements, lost = _salvage.parse(source, "work.py")
    assert (len(statements), lost) == (3, [])


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return )\n" * 50_000,
        "(" * 1_000_000,
        "-" * 1_000_000 + "1",
        "x = )\n" * 200_000,
        "'''\n" * 100_001,
        "\0",
        "@a\n" * 100_000,
        "<<<<<<<\n" * 100_000,
        "if x:\n" * 3_000,
    ],
    ids=["functions", "parentheses", "minus", "lines", "quotes", "null", "decorators", "marks", "ifs"],
)
def test_hostile_source_takes_bounded_time(source: str) -> None:
    """Nothing is saved of it, in seconds."""
    started_s = time.process_time()
    assert not names(source)[0]
    assert time.process_time() - started_s < 5


PIECES = st.sampled_from(
    [
        "def f():\n",
        "    return 1\n",
        "x = (\n",
        ")\n",
        "'''\n",
        "@d\n",
        "else:\n",
        "\tx\n",
        "<<<<<<< a\n",
        "# c\n",
        "\f\n",
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_anything_is_statements_and_losses(source: str) -> None:
    """No source raises; what is saved compiles, and lies where it lay."""
    statements, lost = _salvage.parse(source, "work.py")
    for node in statements:
        assert 1 <= node.lineno <= source.count("\n") + 1
        compile(ast.Module([node], []), "work.py", "exec")
    for block in lost:
        assert 1 <= block.first <= source.count("\n") + 1


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("def f(a, b=1):\n    x = 1", ["f"]),
        ("a = b, (c, *d) = 1", ["a", "b", "c", "d"]),
        ("import a.b, c as d", ["a", "d"]),
        ("for i in x:\n    y = i\n    def f(): pass", ["f", "y"]),
        ("try:\n    class A: z = 1\nexcept E as e:\n    b = [k for k in x]", ["A", "b"]),
        ("f(x)", []),
    ],
)
def test_names_that_a_statement_would_define(source: str, bound: list[str]) -> None:
    """Functions and classes first; loop variables and what is inside a function do not count."""
    (node,) = ast.parse(source).body
    assert _salvage.bound_names(node) == bound
