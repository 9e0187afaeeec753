"""What a public suite needs to know of the reference where there is no reference: contract.json, beside the suite.

A public test hangs on the reference in four ways: on its public names and their signatures, on what the test may ask of
objects, on how many subtests there are, and on the CPU time that it takes. `release` writes them down; `check` reads
them on the student's machine, where only the public part of an assignment lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from autograder.errors import SpecError
from autograder.spec import Assignment
from autograder.verdict import ExpectedTest, Record, TestResult

FILE_NAME: Final = "contract.json"

ParameterKind = Literal["positional", "normal", "arguments", "keyword", "keywords"]


class Parameter(Record):
    """One parameter of a function."""

    name: str
    kind: ParameterKind = "normal"
    has_default: bool = False
    default: bool | int | float | str | None = None
    """Where it is plain and finite; None where it is another."""


Parameters = tuple[Parameter, ...]


class PublicClass(Record):
    """A class of the assignment's contract."""

    is_exception: bool = False
    special: tuple[str, ...] = ()
    """The special methods that it or a base of it defines, `object` apart."""
    parameters: Parameters = ()
    methods: dict[str, Parameters] = Field(default_factory=dict)


class PublicNames(Record):
    """A module's public functions and classes."""

    functions: dict[str, Parameters] = Field(default_factory=dict)
    classes: dict[str, PublicClass] = Field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """All of them."""
        return {*self.functions, *self.classes}


class PublicTest(Record):
    """A public test, and what the reference's run of it came to."""

    expected: ExpectedTest
    asked: tuple[str, ...]
    subtests: int
    cpu_s: float


class Contract(Record):
    """contract.json."""

    version: Literal[1] = 1
    assignment: str
    suite_digest: str
    modules: dict[str, PublicNames]
    stubs: dict[str, str] = Field(default_factory=dict)
    """By module: `digest_source` of the stub that was handed out."""
    tests: tuple[PublicTest, ...] = ()


def make_contract(
    assignment: Assignment,
    modules: Mapping[str, PublicNames],
    tests: Iterable[ExpectedTest],
    results: Mapping[str, TestResult],
) -> Contract:
    """The contract of an assignment.

    Args:
        assignment: whose.
        modules: the reference's public names, by module (`proxy.described.describe_modules`).
        tests: the expected tests of all its suites; the hidden ones are left out.
        results: what the reference came to in each of them, by node id.
    """
    public = [test for test in tests if test.public]
    known = {test.function for test in public}
    return Contract(
        assignment=assignment.id,
        suite_digest=digest_suites(assignment.public_suites),
        modules=dict(modules),
        stubs=digest_stubs(assignment),
        tests=tuple(_describe_test(test, known, results[test.nodeid]) for test in public),
    )


def _describe_test(test: ExpectedTest, known: set[str], result: TestResult) -> PublicTest:
    """A public test; the name of a hidden one that it requires is not told."""
    required = tuple(name for name in test.requires if name in known)
    expected = test.model_copy(update={"requires": required})
    return PublicTest(expected=expected, asked=result.asked, subtests=result.subtests, cpu_s=result.cpu_s)


def read_contract(assignment: Assignment) -> Contract | None:
    """The contract that lies beside the public suites, if there is one.

    Raises:
        SpecError: it is damaged.
    """
    path = assignment.public_suites[0].with_name(FILE_NAME)
    try:
        return Contract.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, ValueError):
        raise SpecError(f"{path} cannot be read; get the handout again.") from None


def digest_stubs(assignment: Assignment) -> dict[str, str]:
    """By module: `digest_source` of the stub that students start from; from the contract where the course is not here.

    Raises:
        SpecError: contract.json is damaged.
    """
    if not assignment.has_reference:
        contract = read_contract(assignment)
        return dict(contract.stubs) if contract is not None else {}
    paths = {module: assignment.template / f"{module}.py" for module in assignment.spec.modules}
    return {module: digest_source(path.read_bytes()) for module, path in paths.items() if path.is_file()}


def digest_source(data: bytes) -> str:
    """SHA-256 of a source, whatever ends its lines and stands after the last."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n").rstrip()).hexdigest()


def digest_suites(paths: Iterable[Path]) -> str:
    """SHA-256 of the suites, whatever ends their lines."""
    digest = hashlib.sha256()
    for path in paths:
        data: Any = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{len(data)}:{path.name}".encode() + data)
    return digest.hexdigest()
