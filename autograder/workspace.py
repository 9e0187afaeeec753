"""Submission + public files -> the files that lie in the sandbox; never a hidden one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.contract import read_contract
from autograder.guess import find_used_names
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.submission.reading import raise_folder

_DEFINITION = re.compile(rb"^(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z][A-Za-z0-9_]*)", re.MULTILINE)
_BINARY_MODULES = frozenset({".pyc", ".pyo", ".so", ".pyd"})


@dataclass(frozen=True)
class Workspace:
    """What goes into a sandbox.

    Attributes:
        files: bytes by relative path; the student's module stands under the name that the assignment demands.
        modules: the modules to import, in order.
        source_digest: of the modules' canonical source; the seeds of the tests hang on it.
        notes: what was chosen or dropped, a sentence each, for the student.
        refusal: why there is nothing to import; empty where there is.
    """

    student: str
    files: dict[str, bytes]
    modules: tuple[str, ...]
    source_digest: str
    notes: tuple[str, ...]
    refusal: str


def prepare_workspace(submission: Submission, assignment: Assignment) -> Workspace:
    """Choose the student's modules and lay them beside the assignment's public files."""
    modules = tuple(assignment.spec.modules)
    notes = list(submission.notes)
    files = {name: data for name, data in submission.files.items() if _is_kept(name, modules)}
    dropped = sorted(submission.files.keys() - files.keys())
    if dropped:
        notes.append(f"{', '.join(dropped[:5])} was left out: compiled code, or a package in the place of a module.")
    refusal = submission.refusal
    if not refusal:
        files, refusal = _place_modules(files, modules, assignment, notes)
    files.update(assignment.public_files)
    return Workspace(submission.student, files, modules, _source_digest(files, modules), tuple(notes), refusal)


def _is_kept(name: str, modules: tuple[str, ...]) -> bool:
    """Compiled modules are dropped, since what is graded is source that a TA can read; and so is a package that has
    the name of a module, since Python would import it first.
    """  # noqa: D205
    return PurePosixPath(name).suffix not in _BINARY_MODULES and name.partition("/")[0] not in modules


def _place_modules(
    files: dict[str, bytes], modules: tuple[str, ...], assignment: Assignment, notes: list[str]
) -> tuple[dict[str, bytes], str]:
    missing = [module for module in modules if f"{module}.py" not in files]
    if not missing:
        return files, ""
    if len(modules) > 1:
        return files, f"{missing[0]}.py was not handed in; hand it in under this name."
    module = missing[0]
    chosen, refusal = _choose_module(files, module, assignment)
    if not chosen:
        return files, refusal
    notes.append(f"{module}.py was not handed in; {PurePosixPath(chosen).name} was taken in its place.")
    path = PurePosixPath(chosen)
    files = dict(raise_folder(files, "" if path.parent == PurePosixPath() else path.parent.as_posix()))
    files[f"{module}.py"] = files.pop(path.name)
    return files, ""


def _choose_module(files: dict[str, bytes], module: str, assignment: Assignment) -> tuple[str, str]:
    """The only .py file, or the only one that defines a name of the contract; else why there is none."""
    sources = sorted(name for name in files if name.endswith(".py"))
    if not sources:
        return "", f"{module}.py was not handed in, and no other .py file was."
    if len(sources) == 1:
        return sources[0], ""
    public = _contract_names(assignment, module)
    defining = [name for name in sources if _defined_names(files[name]) & public]
    if len(defining) == 1:
        return defining[0], ""
    return (
        "",
        f"{module}.py was not handed in, and {len(defining)} of {len(sources)} other .py files could be meant.",
    )


def _contract_names(assignment: Assignment, module: str) -> set[str]:
    """The public names of a module: the reference's, or those that the public part of the assignment knows."""
    reference = assignment.reference / f"{module}.py"
    if reference.is_file():
        return _defined_names(reference.read_bytes())
    contract = read_contract(assignment)
    if contract is not None and module in contract.modules:
        return contract.modules[module].names
    return set().union(*(find_used_names(module, path.read_bytes()) for path in assignment.public_suites))


def _defined_names(source: bytes) -> set[str]:
    """Public functions and classes that a source defines at its top level.

    Read by pattern, not by Python's parser: a hostile source can exhaust a parser, and one that does not parse
    still says which functions it means.
    """
    return {name.decode() for name in _DEFINITION.findall(source)}


def _source_digest(files: dict[str, bytes], modules: tuple[str, ...]) -> str:
    """SHA-256 of the modules without byte-order mark, carriage returns and trailing blanks.

    An editor's habits must not draw new inputs; any change of the program does.
    """
    digest = hashlib.sha256()
    for module in modules:
        source = files.get(f"{module}.py", b"").removeprefix(b"\xef\xbb\xbf")
        lines = [line.rstrip() for line in source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")]
        digest.update(b"\n".join(lines).strip() + b"\0")
    return digest.hexdigest()
