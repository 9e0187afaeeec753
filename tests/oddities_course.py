"""A small course of one assignment, `ridge`, and the words in which a file of tests/oddities/ says what was handed in.

A file there is one submission that is odd and means no harm. Its docstring says what the student did; it defines

    FILES   what was handed in: text (written as UTF-8) or bytes, by path in the student's folder
    SCORE   what a fair TA gives
    SAYS    optional: a pattern that the student's feedback, the results' top-level `output`, must hold
    PLAIN   optional: the module that the student means, where Python itself cannot import `ridge` from FILES
    BARE    optional: the one file of FILES lies in the class's folder as `<student><suffix>`, in no folder of its own

The expected score is earned alone, too: plain pytest in an ordinary process (oddities_alone.py) runs the same suites on
PLAIN, else on FILES as they were handed in.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

ID = "ridge"
ODDITIES = Path(__file__).parent / "oddities"
ALONE_TIMEOUT_S = 300

TOML = """\
title = "Ridge regression"
modules = ["ridge"]
points = 100
packages = ["numpy"]

[limits]
cpu_s = 2.0
wall_s = 10.0
import_cpu_s = 5.0
memory_mib = 1024
output_kib = 256
"""

HANDOUT = """\
# Ridge regression

X has shape (n, m), y shape (n,), w shape (m,). The loss is the mean squared error plus l2 * ||w||^2.
"""

IMPORTS = "import numpy as np\n"

STANDARDISE = '''\
def standardise(X):
    """(Z, mean, std): columns of mean 0 and standard deviation 1; a constant column is centred, and its std is 1."""
    X = np.asarray(X, dtype=np.float64)
    mean, std = X.mean(axis=0), X.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    return (X - mean) / std, mean, std
'''

LOSS = '''\
def ridge_loss(w, X, y, l2):
    """The mean squared error and the penalty l2 * ||w||^2."""
    residual = X @ w - y
    return float(np.mean(residual**2) + l2 * np.sum(w**2))
'''

GRADIENT = '''\
def ridge_gradient(w, X, y, l2):
    """The gradient of ridge_loss in w, shape (m,)."""
    return 2 * X.T @ (X @ w - y) / len(y) + 2 * l2 * w
'''

FIT = '''\
def fit(X, y, l2=0.0, step_size=0.1, epochs=100):
    """Weights after `epochs` steps of gradient descent from zero, shape (m,)."""
    w = np.zeros(X.shape[1])
    for _ in range(epochs):
        w = w - step_size * ridge_gradient(w, X, y, l2)
    return w
'''

DEMO = """\
X_demo = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 3.0]])
y_demo = np.array([1.0, 0.0, 2.0, 1.0])
Z_demo, _, _ = standardise(X_demo)
"""

PUBLIC = '''\
"""The public tests of ridge."""

import numpy as np
import pytest
import ridge

X = np.array([[1.0, 2.0], [3.0, 6.0]])
Y = np.array([1.0, 0.0])


@pytest.mark.points(5)
def test_standardise_small():
    """Two rows become -1 and 1."""
    Z, mean, std = ridge.standardise(X)
    np.testing.assert_allclose(Z, [[-1, -1], [1, 1]], rtol=1e-4)
    np.testing.assert_allclose(mean, [2, 4], rtol=1e-4)
    np.testing.assert_allclose(std, [1, 2], rtol=1e-4)


@pytest.mark.points(5)
def test_loss_small():
    """The loss at w = (1, 0)."""
    np.testing.assert_allclose(ridge.ridge_loss(np.array([1.0, 0.0]), X, Y, 0.5), 5.0, rtol=1e-4)


@pytest.mark.points(5)
def test_gradient_small():
    """The gradient at w = (1, 0)."""
    found = ridge.ridge_gradient(np.array([1.0, 0.0]), X, Y, 0.0)
    np.testing.assert_allclose(found, [9.0, 18.0], rtol=1e-4)


@pytest.mark.points(5)
def test_fit_small():
    """One step from zero."""
    np.testing.assert_allclose(ridge.fit(X, Y, epochs=1), [0.1, 0.2], rtol=1e-4)
'''

HIDDEN = '''\
"""The hidden tests of ridge."""

import numpy as np
import pytest
import ridge


def problem(rng):
    """Data of 12 examples with 3 features, and weights."""
    return rng.normal(size=3), rng.normal(size=(12, 3)), rng.normal(size=12)


def same(found, expected):
    """Equal in shape, and in value as far as float32 goes."""
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.points(10)
def test_standardise(rng, reference):
    """Random columns are standardised."""
    X = 3 + 2 * rng.normal(size=(12, 3))
    for found, expected in zip(ridge.standardise(X), reference.standardise(X), strict=True):
        same(found, expected)


@pytest.mark.points(5)
@pytest.mark.requires("test_standardise")
def test_standardise_constant(rng):
    """A constant column is centred, and its std is 1."""
    X = rng.normal(size=(8, 2))
    X[:, 1] = 3.0
    Z, mean, std = ridge.standardise(X)
    same(Z[:, 1] if isinstance(Z, np.ndarray) else np.array(Z)[:, 1], np.zeros(8))
    same([mean[1], std[1]], [3.0, 1.0])


@pytest.mark.points(12)
def test_loss(rng, reference):
    """The loss of random weights."""
    w, X, y = problem(rng)
    same(ridge.ridge_loss(w, X, y, 0.3), reference.ridge_loss(w, X, y, 0.3))


@pytest.mark.points(8)
@pytest.mark.requires("test_loss")
def test_loss_refuses(rng):
    """Labels of another length are refused."""
    w, X, y = problem(rng)
    with pytest.raises(ValueError):
        ridge.ridge_loss(w, X, y[:5], 0.3)


@pytest.mark.points(15)
def test_gradient(rng, reference):
    """The gradient without a penalty."""
    w, X, y = problem(rng)
    same(ridge.ridge_gradient(w, X, y, 0.0), reference.ridge_gradient(w, X, y, 0.0))


@pytest.mark.points(10)
@pytest.mark.requires("test_gradient")
def test_gradient_penalty(rng, reference):
    """The gradient with a penalty."""
    w, X, y = problem(rng)
    same(ridge.ridge_gradient(w, X, y, 0.7), reference.ridge_gradient(w, X, y, 0.7))


@pytest.mark.points(12)
def test_fit(rng, reference):
    """The weights after as many steps as by default."""
    _, X, y = problem(rng)
    same(ridge.fit(X, y), reference.fit(X, y))


@pytest.mark.points(8)
@pytest.mark.requires("test_fit")
def test_fit_penalty(rng, reference):
    """The weights with a penalty, another step size and fewer epochs."""
    _, X, y = problem(rng)
    same(ridge.fit(X, y, l2=0.2, step_size=0.05, epochs=30), reference.fit(X, y, l2=0.2, step_size=0.05, epochs=30))
'''


# What was handed in ----------------------------------------------------------------------------------------


def module(*parts: str) -> str:
    """A module's text: its parts with two blank lines between them."""
    return "\n\n".join(part if part.endswith("\n") else part + "\n" for part in parts)


FUNCTIONS = module(STANDARDISE, LOSS, GRADIENT, FIT)
SOLUTION = module(IMPORTS, FUNCTIONS)
WRONG = SOLUTION.replace("return ", "return 0 and ")  # an early draft: every function answers 0


def definitions(text: str) -> str:
    """A module's imports, functions, classes and assignments without a call: what is left when nothing else runs."""
    kept = []
    for node in ast.parse(text).body:
        called = any(isinstance(child, ast.Call) for child in ast.walk(node))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef) or (
            isinstance(node, ast.Assign) and not called
        ):
            kept.append(ast.unparse(node))
    return module(*kept)


def encode(content: str | bytes) -> bytes:
    """Text as UTF-8; bytes as they are."""
    return content.encode() if isinstance(content, str) else content


def zipped(entries: dict[str, str | bytes] | Iterable[tuple[str | zipfile.ZipInfo, str | bytes]]) -> bytes:
    """A zip archive of these entries, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, encode(content))
    return buffer.getvalue()


def tarred(entries: dict[str, str | bytes]) -> bytes:
    """A tar.gz archive of these entries, with the folders that they lie in."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for folder in sorted({str(parent) for name in entries for parent in PurePosixPath(name).parents} - {"."}):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(member)
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(encode(content))
            archive.addfile(member, io.BytesIO(encode(content)))
    return buffer.getvalue()


def code(source: str, **more: Any) -> dict[str, Any]:
    """A notebook's code cell; `more` are other keys of it."""
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True), **more}


def prose(source: str, kind: str = "markdown") -> dict[str, Any]:
    """A notebook's markdown or raw cell."""
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}


KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "version": "3.11.4", "file_extension": ".py"},
}


def notebook(*cells: str | dict[str, Any], metadata: dict[str, Any] = KERNEL) -> bytes:
    """A notebook of format 4; a text is a code cell."""
    whole = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"cells": whole, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}, indent=1).encode()


# The corpus ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Oddity:
    """One odd submission."""

    name: str
    what: str
    files: dict[str, str | bytes]
    score: int
    says: str | None
    plain: str | None
    bare: bool

    @classmethod
    def read(cls, name: str) -> Oddity:
        """From a file of tests/oddities/."""
        file = importlib.import_module(f"oddities.{name}")
        optional = {key: getattr(file, key.upper(), None) for key in ("says", "plain")}
        bare = getattr(file, "BARE", False)
        return cls(name, (file.__doc__ or "").strip(), file.FILES, file.SCORE, bare=bare, **optional)

    def submission(self) -> dict[str, bytes]:
        """What was handed in, by path in the student's folder."""
        return {path: encode(content) for path, content in self.files.items()}

    def lay(self, submissions: Path) -> None:
        """Hand it in."""
        for name, content in self.submission().items():
            path = submissions / (self.name + PurePosixPath(name).suffix if self.bare else f"{self.name}/{name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def lay_alone(self, folder: Path) -> None:
        """Put what Python itself can import as `ridge` into a folder."""
        path = folder / self.name
        path.mkdir(parents=True)
        if self.plain is None:
            self.lay(folder)
        else:
            (path / "ridge.py").write_text(self.plain, encoding="utf-8")


def read_oddities() -> list[Oddity]:
    """The whole corpus, by name."""
    return [Oddity.read(path.stem) for path in sorted(ODDITIES.glob("*.py")) if path.stem != "__init__"]


def build_course(root: Path) -> Path:
    """Write the course, without submissions, under `root`; returns it."""
    files = {
        f"assignments/{ID}/assignment.toml": TOML,
        f"assignments/{ID}/README.md": HANDOUT,
        f"assignments/{ID}/tests/test_public.py": PUBLIC,
        f"assignments/{ID}/tests/test_hidden.py": HIDDEN,
        f"reference/{ID}/{ID}.py": SOLUTION,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def score_alone(oddities: list[Oddity], root: Path) -> dict[str, int]:
    """What each earns in plain pytest, without the grader, by name."""
    build_course(root)
    twins: dict[str, str] = {}  # many mean the same module, which is run once
    for oddity in oddities:
        key = oddity.plain or oddity.name
        if twins.setdefault(key, oddity.name) == oddity.name:
            oddity.lay_alone(root / "alone")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("oddities_alone.py")), str(root), str(root / "scores.json")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=ALONE_TIMEOUT_S,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert done.returncode == 0
    scores = json.loads((root / "scores.json").read_text())
    return {oddity.name: scores[twins[oddity.plain or oddity.name]] for oddity in oddities}
