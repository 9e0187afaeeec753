"""What is saved of a source that does not parse, and that it takes bounded time."""

from __future__ import annotations
import __future__

import ast
import importlib.util
import marshal
import random
import sysconfig
import time
from pathlib import Path
from types import CodeType
from typing import Any

import hypothesis
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


# Blocks that are compiled from their text -------------------------------------------------------------------


def is_same_code(one: CodeType, other: CodeType) -> bool:
    """Whether two codes are the same; a constant set may have another order of its own."""

    def seen(code: CodeType) -> tuple[Any, ...]:
        return (
            code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, code.co_firstlineno,
            code.co_qualname, code.co_exceptiontable, list(code.co_positions()), len(code.co_consts),
        )  # fmt: skip

    def is_same(a: Any, b: Any) -> bool:
        if isinstance(a, CodeType):
            return isinstance(b, CodeType) and is_same_code(a, b)
        return type(a) is type(b) and (a == b or marshal.dumps(a) == marshal.dumps(b))

    return seen(one) == seen(other) and all(map(is_same, one.co_consts, other.co_consts))


def check_blocks(source: str) -> bool:
    """Hold the blocks of a source against its tree, as it is run statement by statement; False where there are none."""
    found = _salvage.compile_blocks(source, "work.py", 0)
    if found is None:
        return False
    body = ast.parse(source, "work.py").body
    assert len(found) == len(body)
    flags = 0
    for node, statement in zip(body, found, strict=True):
        trees = [statement]
        if isinstance(statement, _salvage.Block):
            trees = statement.parse()
            assert len(trees) == 1
            assert statement.describe() == (node.lineno, _salvage.bound_names(node))
            code = compile(ast.Module([node], []), "work.py", "exec", flags, dont_inherit=True)
            assert is_same_code(statement.code, code)
            assert statement.defines_nothing == isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))
            assert not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        flags |= _salvage.future_flags(node)
        assert ast.dump(trees[0], include_attributes=True) == ast.dump(node, include_attributes=True)
    return True


WHOLE = {
    "nothing": "",
    "comments": "# one\n\n   # two\n",
    "docstring": '"""Text.\n\nMore of it; at column 0\nimport this\n"""\nimport os\n\n\ndef f():\n    """A.\nB\n"""\n',
    "docstring and more on its line": '"""Text."""; x = 1\ny = 2\n',
    "bytes and f-string": 'b"x"\nf"{1}"\nu"x"\n',
    "future": "from __future__ import annotations\ndef f(x: y) -> z: ...\nx: undefined = 1\n",
    "several on a line": "x = 1; y = 2; import os; pass\nif x: y = 3; z = 4\nfor a in 'b': c = a; d = c\n",
    "semicolon in a text": "x = 'a;b'\ndef f():\n    return ';'\n",
    "branches": "if 0:\n    a = 1\nelif 1:\n    b = 2\nelse:\n    c = 3\n# so\nx = 1\n",
    "tries": "try:\n    a\nexcept NameError:\n    a = 1\nfinally:\n    b = a\nwhile a:\n    a = 0\nelse:\n    c = 1\n",
    "brackets": "x = [\n    1,\n]\ny = f(\n    x\n)\nz = {\n}\n",
    "decorated": "@a\n@b(1)\n# why\ndef f(): pass\n@c\nclass C:\n    x = 1\n\n    def g(self): ...\n",
    "import by name": "import_data = 1\npassed = 2\nfrom_file = 3\nimport os\nfrom os import path\npass\n",
    "async": "async def f():\n    async with a as b:\n        await b\n",
    "match": "match = 1\nmatch (1):\n    case 1: x = 2\n    case _: pass\n",
    "text over lines": "x = '''a\nb'''\ny = \"\"\"c\n'''\nd\"\"\"\nz = 1\n",
    "future, carried on": "from \\\n __future__ import annotations\ndef f(x: y): ...\n",
    "no end of line": "x = 1\ndef f():\n    return x",
    "at sign in a text": 'def f(x):\n    """Doc.\n\n@param x: it\n    """\n    return x\ny = f(q)\nz = 2\n',
    "at sign in a text that goes on": 'x = """\n@foo"""\ny = 1\n',
    "constants": "import nosuch\n...\n1\nNone\nTrue\n('later')\n-1\n",
    "text that looks like a docstring": "'Doc'\nx = 1\n('later')\n",
    "comment and nothing carried on": "# c\n    \\\n# c",
    "comparisons": "x == 1\nx != 2\n(y := 3)\nx: int = 4\nx += 1\na.b = 2\nx[0] = 1\na, b = 1, 2\nlambda: 0\n",
    "keywords as parts of names": "iffy = 1\nfor_x = 2\nclassy: int = 3\ntry_me()\nimported()\n",
}


@pytest.mark.parametrize("source", WHOLE.values(), ids=WHOLE)
def test_blocks_are_the_statements(source: str) -> None:
    """What is compiled from its text is what the parser sees: the same code at the same lines."""
    assert check_blocks(source)


UNSURE = {
    "broken": "def f():\n    return )\nx = 1\n",
    "bracket with lines at column 0": "x = [1,\n2]\n",
    "carried on": "x = 1 + \\\n2\n",
    "warning": "x = 1 is 1\n",
    "not compiled": "return 1\n",
    "open text": "x = '''a\nb\n",
    "indented": "  x = 1\n",
    "conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n",
    "so many that lines before them would cost more": "x = 1\n" * 500,
    "form feed": "x = 1\n\fy = q\n",
    "form feed before a future": "\ffrom __future__ import annotations\ndef f(x: y): ...\n",
    "blank of the web": "x = 1\n\u00a0\ny = 2\n",
    "comment behind a blank of the web": "x = 1\n\u3000# c\ny = 2\n",
    "vertical tab": "x = 1\n\x0b\ny = 2\n",
    "null": "x = 1  # \0\ny = 2\n",
    "joined again and again": "x = '''a\n" + '"""\n' * 30 + "'''\n",
}


@pytest.mark.parametrize("source", UNSURE.values(), ids=UNSURE)
def test_parser_decides_where_blocks_do_not_tell(source: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A source that is not sure to be as its blocks say is left to the parser, as a whole, and nothing is printed."""
    assert _salvage.compile_blocks(source, "work.py", 0) is None
    assert capfd.readouterr() == ("", "")


def test_flags_of_an_earlier_cell_hold() -> None:
    """A cell is compiled as a cell before it asks."""
    annotations = __future__.annotations.compiler_flag
    (block,) = _salvage.compile_blocks("def f(x: y): ...\n", "work.py", annotations) or []
    names: dict[str, Any] = {}
    exec(block.code, names)
    assert names["f"].__annotations__ == {"x": "y"}


def test_blocks_of_real_code_are_its_statements() -> None:
    """Of files of the standard library nearly all are compiled by blocks, and none of them otherwise than parsed."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    chosen = random.Random(0).sample(paths, 60)
    done = [check_blocks(importlib.util.decode_source(path.read_bytes())) for path in chosen]
    assert sum(done) > 45


PARTS = (
    "x = 1\n", "y = x; z = y\n", "def f():\n    return x\n", 'def f():\n    """Doc.\n', '    """\n', "text\n",
    "@param\n", "@d\n", "# c\n", "    # c\n", "\n", "class C:\n    def g(self):\n        return ';'\n", "x = (\n",
    "    1,\n", ")\n", "if x:\n    y = 1\n", "else:\n    y = 2\n", "try:\n    y\n", "finally:\n    y = 3\n",
    "import os\n", "from os import path\n", "...\n", "1\n", "None\n", "('t')\n", "'t'\n", "b't'; x = 2\n", '"""\n',
    'e"""\n', "\\\n", "    \\\n", "from __future__ import annotations\n", "pass; x\n", "pass\n", "\fx = 3\n",
    "\u00a0\n", "\x0b\n", "x: int = 4\n", "f(\n", "match = 1\n", "with f() as y: x = 1; z = 2\n", 'x = """a\n',
    "x \\\n= 5\n",
)  # fmt: skip
PLAIN = tuple(part for part in PARTS if _salvage.compile_blocks(part, "work.py", 0))


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5))
@settings(max_examples=1000)
def test_any_parts_are_compiled_as_they_are_parsed(parts: list[str]) -> None:
    """Parts of sources in any order: where the blocks compile, the source parses to the same."""
    check_blocks("".join(parts))


@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=5), st.integers(0, 5), st.sampled_from(PARTS))
@settings(max_examples=1000)
def test_one_odd_part_among_others(parts: list[str], place: int, odd: str) -> None:
    """The same, with one part that need not be whole."""
    parts.insert(place, odd)
    hypothesis.event(f"compiled: {check_blocks(''.join(parts))}")
