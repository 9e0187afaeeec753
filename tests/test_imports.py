"""Forbidden imports, found by reading: aliases and helpers included, words in comments and strings not."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.imports import Finding, could_import, find_forbidden, find_imports

PACKAGES = ["scipy", "sympy"]
PIECES = [
    "import ", "from ", "scipy", "\uff53cipy", "sympy.a", "numpy", "importlib", "builtins", "__import__",
    "import_module", " as ", "s", " ", "\n", "(", ")", "'", ".", "=", ",", "\\\n", "'sci' + 'py'",
    "\u017fcipy", "s\uff59mpy",
]  # fmt: skip


def find(work: str, **helpers: str) -> Finding | None:
    """The first forbidden import of `work` among these files; `kit_tools` is kit/tools.py, and `kit_` the package."""
    files = {"work": work, **{name.replace("_", "/", 1): source for name, source in helpers.items()}}
    trees = {f"{name}__init__.py" if name.endswith("/") else f"{name}.py": ast.parse(source).body
             for name, source in files.items()}  # fmt: skip
    return find_forbidden(trees, ["work"], PACKAGES).get("work")


@pytest.mark.parametrize(
    "statement",
    [
        "import scipy",
        "import scipy.special as s",
        "import math, scipy.linalg",
        "from scipy import special as np",
        "from scipy.special import *",
        "__import__('scipy')",
        "__import__(name='scipy.special')",
        "import importlib; importlib.import_module('scipy')",
        "import importlib as il; il.import_module('scipy.special')",
        "import importlib.util; importlib.import_module('sci' + 'py')",
        "from importlib import import_module as load; load('scipy')",
        "import importlib; load = importlib.import_module; load('scipy')",
        "load = __import__; load('scipy')",
        "import builtins as b; b.__import__('scipy')",
        "def f():\n    try:\n        from scipy import stats\n    except ImportError:\n        pass",
        "class A:\n    import scipy",
        "f = lambda: __import__('scipy')",
        "if False:\n    import scipy",
    ],
)
def test_import_is_found(statement: str) -> None:
    """However it is written, and wherever."""
    found = find(work=f"x = 1\n{statement}\n")
    assert found is not None
    assert (found.file, found.package) == ("work.py", "scipy")
    assert found.line >= 2
    assert could_import(f"x = 1\n{statement}\n".encode(), PACKAGES)


@pytest.mark.parametrize(
    "source",
    [
        "import \uff53\uff43\uff49\uff50\uff59".encode(),  # the parser reads it as scipy
        "__\uff49\uff4d\uff50\uff4f\uff52\uff54__('sc' + 'ipy')".encode(),
        b"# coding: utf-7\n+AGkAbQBwAG8AcgB0 sci+AHA-y\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1047 :\n",
        b"import builtins; builtins.__dict__",
    ],
)
def test_source_that_could_import_is_read(source: bytes) -> None:
    """A name in other letters, another text by its coding, and whatever imports by a call."""
    assert could_import(source, PACKAGES)


@pytest.mark.parametrize("source", [b"", b"import numpy as np\n\n\ndef f():\n    from math import pi\n", b"\x00\x07(("])
def test_source_that_cannot_import_is_not_read(source: bytes) -> None:
    """Without a name of what is looked for there is nothing to find."""
    assert not could_import(source, PACKAGES)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nothing_is_found_where_nothing_could_be(source: str) -> None:
    """Whatever is found by reading is in a source that is read."""
    try:
        trees = {"work.py": ast.parse(source).body}
    except (SyntaxError, ValueError):
        return
    if find_forbidden(trees, ["work"], PACKAGES):
        assert could_import(source.encode(), PACKAGES)


@pytest.mark.parametrize(
    "source",
    [
        "# import scipy\nx = 'import scipy'\n",
        '"""scipy.special.softmax does the same."""\n',
        "import scipy_free, my.scipy\n",
        "scipy = 1\nprint(scipy)\n",
        "def scipy(): pass\nscipy()\n",
        "def load(name): pass\nload('scipy')\n",
        "from . import scipy\n",
        "from .scipy import f\n",
        "importlib = 1\n",
        "print(__import__)\n",
    ],
)
def test_word_alone_is_no_import(source: str) -> None:
    """Comments, strings, other names, and the student's own module of that name beside it."""
    assert find(work=source) is None


def test_import_of_a_helper_is_found() -> None:
    """A helper that the module imports, directly or not, counts; the place is the helper's."""
    found = find(work="import helper\n", helper="from kit import tools\n", kit_tools="\nimport sympy\n", kit_="")
    assert found == Finding("kit/tools.py", 2, "sympy")


def test_relative_import_is_followed() -> None:
    """`from .tools import f` in a package leads to the package's own file."""
    found = find(work="import kit\n", kit_="from .tools import f\n", kit_tools="import scipy\n")
    assert found is not None
    assert found.file == "kit/tools.py"


def test_students_own_module_of_that_name_is_theirs() -> None:
    """A file called like a package is found before it, and is none."""
    assert find(work="import scipy\n", scipy="x = 1\n") is None


def test_file_that_nothing_imports_is_left_alone() -> None:
    """A scratch file beside the module is not what is graded."""
    assert find(work="import math\n", scratch="import scipy\n") is None


def test_helpers_that_import_each_other_end() -> None:
    """A circle is walked once."""
    assert find(work="import a\n", a="import b\n", b="import a, work\n") is None


def test_each_module_has_its_own_finding() -> None:
    """Of two modules the one that imports it is named."""
    trees = {"one.py": ast.parse("import scipy").body, "two.py": ast.parse("x = 1").body}
    assert list(find_forbidden(trees, ["one", "two"], PACKAGES)) == ["one"]


def test_lines_are_those_of_the_file() -> None:
    """Each name with the line of its statement."""
    assert list(find_imports(ast.parse("import a\n\nfrom b import c\n").body, "x.py")) == [
        ("a", 1), ("b", 3), ("b.c", 3),
    ]  # fmt: skip
