"""Mutants of a reference: the classic mistakes that the author names, and those that are made in bulk."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.audit.numerics import find_numerical
from autograder.audit.operators import find_checks, find_ordinary
from autograder.audit.solutions import Code, Edit, Place, find_functions
from autograder.spec import Assignment


@dataclass(frozen=True)
class Mutant:
    """The reference with one place changed.

    Attributes:
        id: `function:kind:digest` of the lines that changed, or the author's name; the same as long as these lines are.
        function: the qualified name of the function that was changed; empty where the change is elsewhere.
        kind: of change; `named` for the author's.
        file: of the reference.
        line: where the change is, counted from 1.
        before, after: the lines that changed, without indentation.
        source: the file's bytes with the change.
        must_fail: the test functions that the author says it must cost.
    """

    id: str
    function: str
    kind: str
    file: str
    line: int
    before: str
    after: str
    source: bytes
    must_fail: tuple[str, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether it leaves out a check that the stub brings along: nobody has to write that, or to find it missing."""
        return self.kind == "check"

    @property
    def top(self) -> str:
        """The module's function or class that was changed."""
        return self.function.partition(".")[0]


def name_mutants(assignment: Assignment) -> list[Mutant]:
    """The author's mutants, in the order of assignment.toml."""
    mutants = []
    for named in assignment.spec.mutant:
        code = read_code(assignment, named.file or f"{assignment.spec.modules[0]}.py")
        start = code.data.index(named.replace.encode())
        edit = Edit("named", start, start + len(named.replace.encode()), named.with_)
        line = code.data.count(b"\n", 0, start) + 1
        mutants.append(_make(code, edit, named.name, _function_at(code, line), tuple(named.tests)))
    return mutants


def make_mutants(assignment: Assignment) -> list[Mutant]:
    """All automatic mutants of the assignment's solutions, in the order of the text; no two are the same program.

    Raises:
        SpecError: a solution block has no end.
    """
    mutants: list[Mutant] = []
    for module in assignment.spec.modules:
        code = read_code(assignment, f"{module}.py")
        seen = {ast.dump(code.tree)}
        count: dict[str, int] = {}
        for place, edit in _find_edits(code):
            mutant = _make(code, edit, "", place.qualname, ())
            try:
                shape = ast.dump(ast.parse(mutant.source))
            except SyntaxError:
                continue  # the place takes no such expression: a keyword's value in a pattern, say
            if shape in seen:
                continue
            seen.add(shape)
            key = _key(mutant)
            count[key] = count.get(key, 0) + 1
            suffix = f"-{count[key]}" if count[key] > 1 else ""  # the same change of a line that is there twice
            mutants.append(_renamed(mutant, key + suffix))
    return mutants


def read_code(assignment: Assignment, file: str) -> Code:
    """A file of the reference, parsed."""
    path = assignment.reference / file
    return Code(path, path.read_bytes())


def _find_edits(code: Code) -> Iterator[tuple[Place, Edit]]:
    for place in code.places():
        # the numerical first: where both make the same program, it bears the name that says what was forgotten
        for edit in find_checks(place) if place.given else (*find_numerical(place), *find_ordinary(place)):
            yield place, edit


def _make(code: Code, edit: Edit, name: str, function: str, must_fail: tuple[str, ...]) -> Mutant:
    data = code.data[: edit.start] + edit.text.encode() + code.data[edit.end :]
    first = code.data.count(b"\n", 0, edit.start)
    old = code.data[: edit.end].count(b"\n") - first + 1
    new = edit.text.count("\n") + 1
    before = _lines(code.data, first, old)
    after = _lines(data, first, new)
    return Mutant(name, function, edit.kind, code.path.name, first + 1, before, after, data, must_fail)


def _lines(data: bytes, first: int, count: int) -> str:
    return "\n".join(line.strip().decode() for line in data.splitlines()[first : first + count])


def _key(mutant: Mutant) -> str:
    digest = hashlib.sha256(f"{mutant.before}\0{mutant.after}".encode()).hexdigest()[:8]
    return f"{mutant.function}:{mutant.kind.replace(' ', '_')}:{digest}"


def _renamed(mutant: Mutant, name: str) -> Mutant:
    return Mutant(
        name, mutant.function, mutant.kind, mutant.file, mutant.line, mutant.before, mutant.after, mutant.source
    )


def _function_at(code: Code, line: int) -> str:
    for qualname, function in find_functions(code.tree):
        if function.lineno <= line <= (function.end_lineno or line):
            return qualname
    return ""
