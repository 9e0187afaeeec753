"""Submission + public files -> the files that lie in the sandbox; never a hidden one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from autograder.contract import digest_source, digest_stubs, read_contract
from autograder.errors import SubmissionError
from autograder.guess import find_used_names
from autograder.notebooks import Notebook
from autograder.reader import Reader, shared_reader
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.submission.reading import raise_folder
from autograder.text import repair_source

_DEFINITION = re.compile(rb"^(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z][A-Za-z0-9_]*)", re.MULTILINE)
_BINARY_MODULES = frozenset({".pyc", ".pyo", ".so", ".pyd"})
_HIDDEN_SUFFIX: Final = re.compile(r"(\.py|\.ipynb)(?:\.txt|\.json)?$", re.IGNORECASE)
_MAX_NOTEBOOKS: Final = 10  # that are read to find out which is meant


@dataclass(frozen=True)
class Workspace:
    """What goes into a sandbox.

    Attributes:
        files: bytes by relative path; the student's module stands under the name that the assignment demands.
        modules: the modules to import, in order.
        source_digest: of everything of the student's that the program can read; the seeds of the tests hang on it.
        notes: what was chosen, repaired or dropped, a sentence each, for the student.
        refusal: why there is nothing to import; empty where there is.
        cells: of a module that was made from a notebook: each cell's name, first line and number of lines.
        forbidden: why the tests of a module are all `forbidden`, by module.
    """

    student: str
    files: dict[str, bytes]
    modules: tuple[str, ...]
    source_digest: str
    notes: tuple[str, ...]
    refusal: str
    cells: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    forbidden: dict[str, str] = field(default_factory=dict)


def prepare_workspace(submission: Submission, assignment: Assignment, reader: Reader | None = None) -> Workspace:
    """Choose the student's modules and lay them beside the assignment's public files.

    Args:
        submission: what was handed in.
        assignment: whose.
        reader: where notebooks and sources are read; else the shared one.

    Raises:
        GraderError: a notebook cannot be read because of us: a package is not installed here.
    """
    notes = list(submission.notes)
    chooser = _Chooser(submission.files, assignment, reader or shared_reader(), notes)
    refusal = submission.refusal or chooser.choose()
    forbidden: dict[str, str] = {}
    if not refusal and assignment.spec.forbidden:
        forbidden, refusal = chooser.find_forbidden()
    return Workspace(
        submission.student,
        {**chooser.files, **assignment.public_files},
        chooser.modules,
        chooser.source_digest(),
        tuple(notes),
        refusal,
        chooser.cells,
        forbidden,
    )


class _Chooser:
    """Finds the file of each module among those that were handed in."""

    def __init__(self, files: dict[str, bytes], assignment: Assignment, reader: Reader, notes: list[str]) -> None:
        self.assignment = assignment
        self.modules = tuple(assignment.spec.modules)
        self.reader = reader
        self.notes = notes
        self.cells: dict[str, list[tuple[str, int, int]]] = {}
        self.code: dict[str, bytes] = {}  # of a module from a notebook: what the student wrote
        self.taken: dict[str, str] = {}  # module -> the file that was taken for it, where it has another name
        named = self._name_plainly(files)
        packages = {module for module in self.modules if _is_package(module, named)}
        self.files = {name: data for name, data in named.items() if _is_kept(name, self.modules, packages)}
        dropped = sorted(named.keys() - self.files.keys())
        if dropped:
            notes.append(
                f"{', '.join(dropped[:5])} was left out: compiled code, or a package in the place of a module."
            )
        self._repair()

    def _name_plainly(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Sources under names that Python finds: a suffix in capitals, one that Windows hid, a notebook called .py."""
        named: dict[str, bytes] = {}
        for name, data in files.items():
            plain = _HIDDEN_SUFFIX.sub(lambda match: match[1].lower(), name)
            if plain.endswith(".py") and _is_notebook(data):
                plain = f"{plain[:-3]}.ipynb"
                self.notes.append(f"{_short(name)} is a notebook, not a module; it was read as one.")
            elif plain != name:
                self.notes.append(f"{_short(name)} was taken as {_short(plain)}.")
            named.setdefault(name if plain in files else plain, data)
        return named

    def _repair(self) -> None:
        for name in [name for name in self.files if name.endswith(".py")]:
            self.files[name], said = repair_source(PurePosixPath(name).name, self.files[name])
            if said:
                self.notes.append(said)

    def choose(self) -> str:
        """Put each module where it is imported; why one cannot be, or ""."""
        notebooks = sorted(name for name in self.files if name.endswith(".ipynb"))
        if notebooks:
            self._leave_out_stubs()
        try:
            for module in self.modules:
                if f"{module}.py" in self.files or _is_package(module, self.files):
                    continue
                if f"{module}.ipynb" in self.files:
                    self._take_notebook(module, f"{module}.ipynb")
                elif len(self.modules) > 1:
                    return f"{module}.py was not handed in; hand it in under this name."
                else:
                    refusal = self._choose_other(module, notebooks)
                    if refusal:
                        return refusal
        except SubmissionError as error:
            return str(error)
        self._say_notebooks([name for name in notebooks if name not in self.taken.values()])
        return ""

    def _leave_out_stubs(self) -> None:
        """A stub as it was handed out, beside a notebook, is not what the student worked on."""
        for module, digest in digest_stubs(self.assignment).items():
            name = f"{module}.py"
            if name in self.files and digest_source(self.files[name]) == digest:
                del self.files[name]
                self.notes.append(f"{name} is as it was handed out, and was left out.")

    def _say_notebooks(self, beside: Sequence[str]) -> None:
        if beside:
            counts = " and ".join(self.taken.get(module, f"{module}.py") for module in self.modules)
            self.notes.append(f"{counts} counts; {', '.join(map(_short, beside[:5]))} beside it was not graded.")

    def _choose_other(self, module: str, notebooks: Sequence[str]) -> str:
        """The only file, or the only one that defines a name of the contract; a .py before a notebook."""
        sources = sorted(name for name in self.files if name.endswith(".py"))
        if not sources and not notebooks:
            return f"{module}.py was not handed in, and no other .py file was, nor a notebook."
        if len(sources) + len(notebooks) == 1:
            self._take(module, (*sources, *notebooks)[0])
            return ""
        public = _contract_names(self.assignment, module)
        defining = [name for name in sources if _defined_names(self.files[name]) & public]
        meant, among = defining, f"{len(sources)} other .py files"
        if not defining and notebooks:
            meant, among = self._defining_notebooks(notebooks, public), f"{len(notebooks)} notebooks"
        if len(meant) == 1:
            self._take(module, meant[0])
            return ""
        return f"{module}.py was not handed in, and {len(meant)} of {among} could be meant."

    def _defining_notebooks(self, notebooks: Sequence[str], public: set[str]) -> list[str]:
        """The notebooks that define a name of the contract; the only one is meant whatever it defines."""
        if len(notebooks) == 1:
            return list(notebooks)
        found = []
        for name in notebooks[:_MAX_NOTEBOOKS]:
            try:
                notebook = self.reader.read_notebook(_short(name), self.files[name])
            except SubmissionError as error:
                self.notes.append(str(error))
            else:
                found += [name] if _defined_names(notebook.source.encode()) & public else []
        return found

    def _take(self, module: str, chosen: str) -> None:
        if chosen.endswith(".ipynb"):
            self._take_notebook(module, chosen)
            return
        self.taken[module] = _short(chosen)
        self.notes.append(f"{module}.py was not handed in; {_short(chosen)} was taken in its place.")
        self._raise_folder(chosen)
        self.files[f"{module}.py"] = self.files.pop(_short(chosen))

    def _raise_folder(self, chosen: str) -> None:
        """Bring a chosen file to the top, and with it those of its folder, which it may import or read."""
        folder = PurePosixPath(chosen).parent
        self.files = dict(raise_folder(self.files, "" if folder == PurePosixPath() else folder.as_posix()))

    def _take_notebook(self, module: str, chosen: str) -> None:
        notebook: Notebook = self.reader.read_notebook(_short(chosen), self.files[chosen])
        self.taken[module] = chosen
        self.notes.append(f"{module}.py was not handed in; the notebook {_short(chosen)} was taken in its place.")
        self.notes += notebook.notes
        self._raise_folder(chosen)
        self.files[f"{module}.py"] = notebook.source.encode()
        del self.files[_short(chosen)]
        prefix = f"{module} " if len(self.modules) > 1 else ""
        self.cells[f"{module}.py"] = [(f"{prefix}{name}", first, count) for name, first, count in notebook.cells]
        self.code[module] = notebook.code.encode()

    def source_digest(self) -> str:
        """SHA-256 of the modules' sources and of every file beside them, of a notebook the code in its cells.

        What is not in it could change from one submission to the next while the inputs stay: a helper file, blanks at
        the end of a text's line, where a cell ends. Then feedback would tell about the inputs, a bit at a time.
        """
        digest = hashlib.sha256()
        for module in self.modules:
            name = f"{module}.py"
            lengths = [count for _, _, count in self.cells.get(name, ())]
            digest.update(self.code.get(module, self.files.get(name, b"")) + b"\0")
            digest.update(repr(lengths).encode() if lengths else b"")
        own = {f"{module}.py" for module in self.modules}
        for name, data in sorted(self.files.items()):
            if name not in own and name not in self.assignment.public_files:
                digest.update(f"{len(name.encode())}:{len(data)}:{name}".encode() + data)
        return digest.hexdigest()

    def find_forbidden(self) -> tuple[dict[str, str], str]:
        """Which modules import what the assignment rules out, and why; or why the sources cannot be read."""
        sources = {name: data for name, data in self.files.items() if name.endswith(".py")}
        try:
            found = self.reader.find_forbidden(sources, self.modules, self.assignment.spec.forbidden)
        except SubmissionError as error:
            return {}, str(error)
        return {
            module: f"{self._place(finding.file, finding.line)} imports {finding.package}, "
            "which this assignment rules out."
            for module, finding in found.items()
        }, ""

    def _place(self, file: str, line: int) -> str:
        for name, first, count in self.cells.get(file, ()):
            if first <= line < first + count:
                return f"{name[:1].upper()}{name[1:]}, line {line - first + 1}"
        shown = next((self.taken[module] for module in self.taken if file == f"{module}.py"), file)
        return f"Line {line} of {shown}"


def _short(name: str) -> str:
    return PurePosixPath(name).name


def _is_package(module: str, files: Collection[str]) -> bool:
    """Whether a module was handed in as a package, and not as a file, which would count before it."""
    return f"{module}/__init__.py" in files and not {f"{module}.py", f"{module}.ipynb"} & set(files)


def _is_notebook(data: bytes) -> bool:
    """Whether bytes are those of a notebook, by how they begin and what they hold."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"nbformat"' in data


def _is_kept(name: str, modules: tuple[str, ...], packages: Container[str]) -> bool:
    """Compiled modules are dropped, since what is graded is source that a TA can read; and so is a package that has
    the name of a module beside its file, since Python would import it first.
    """  # noqa: D205
    top = name.partition("/")[0]
    return PurePosixPath(name).suffix not in _BINARY_MODULES and (top not in modules or top in packages)


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
