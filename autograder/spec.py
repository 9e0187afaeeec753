"""assignment.toml -> AssignmentSpec, and the course's folders.

Every error names the file and the place in it; an unknown key is answered with the key that was probably meant.
"""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.errors import SpecError, did_you_mean
from autograder.limits import Limits

MODULE_NAME: Final = r"^[a-z][a-z0-9_]*$"
PUBLIC_PREFIX: Final = "test_public"
"""How the names of suites begin that students may see."""


class WrittenPart(BaseModel):
    """A part of the notebook in words and formulas: graded by hand, beside the assignment's points."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    title: str = Field(min_length=1)
    points: float = Field(ge=0)
    prompt: str = Field(min_length=1)
    """Markdown."""
    after: str = ""
    """The exercise (a function or class of the reference) that it follows; empty: the end of the notebook."""


class NamedMutant(BaseModel):
    """A classic mistake, as a change of the reference, and the tests that it must cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
    file: str = ""
    """The file of the reference, relative to its folder; empty: the first module's."""
    replace: str = Field(min_length=1)
    """What stands in the file, once."""
    with_: str = Field(alias="with")
    """What a student would have written there."""
    tests: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    """Test functions that must be lost."""


class AssignmentSpec(BaseModel):
    """What the author says of an assignment in assignment.toml, and where its files lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    title: str = Field(min_length=1)
    modules: Annotated[list[Annotated[str, Field(pattern=MODULE_NAME)]], Field(min_length=1)]
    points: float = Field(gt=0)
    packages: list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] = ["numpy"]
    """Importable packages that are warm in the sandbox before the student's file is imported."""
    forbidden: list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] = []
    """Packages that a student's module, and what it imports of theirs, may not import."""
    public_files: list[str] = []
    """Data files, relative to the assignment's folder, that lie beside the student's module."""
    limits: Limits = Limits()
    written: list[WrittenPart] = []
    """For the notebook alone: nbgrader keeps their points, which do not count among `points`."""
    mutant: list[NamedMutant] = []
    """For `audit` alone: the classic mistakes."""


_TABLES: Final[dict[str, type[BaseModel]]] = {"limits": Limits, "written": WrittenPart, "mutant": NamedMutant}


class Assignment:
    """An assignment of a course: its spec and its folders.

    Args:
        course: the course's root, which holds `assignments/` and `reference/`.
        assignment_id: the folder's name under both.
        spec: the parsed assignment.toml.
    """

    def __init__(self, course: Path, assignment_id: str, spec: AssignmentSpec) -> None:
        self.course = course
        self.id = assignment_id
        self.spec = spec

    @property
    def folder(self) -> Path:
        """`assignments/<id>`."""
        return self.course / "assignments" / self.id

    @property
    def tests(self) -> Path:
        """The suites' folder; it never leaves the trusted side."""
        return self.folder / "tests"

    @property
    def public_suites(self) -> list[Path]:
        """The suites that students have."""
        return sorted(self.tests.glob(f"{PUBLIC_PREFIX}*.py"))

    @property
    def template(self) -> Path:
        """`student_templates/<id>`: the stubs and the notebook, made from the reference."""
        return self.course / "student_templates" / self.id

    @property
    def has_reference(self) -> bool:
        """Whether the reference is here: not on a student's machine."""
        return all((self.reference / f"{module}.py").is_file() for module in self.spec.modules)

    @property
    def reference(self) -> Path:
        """`reference/<id>`."""
        return self.course / "reference" / self.id

    @cached_property
    def public_files(self) -> dict[str, bytes]:
        """The data files that the student's code may read, by relative path."""
        files: dict[str, bytes] = {}
        for name in self.spec.public_files:
            path = (self.folder / name).resolve()
            where = f"{self.folder / 'assignment.toml'}: public_files"
            if not path.is_relative_to(self.folder.resolve()) or path.is_relative_to(self.tests.resolve()):
                raise SpecError(f"{where} names {name}, which is not a public file of the assignment's own folder.")
            if not path.is_file():
                raise SpecError(f"{where} names {name}, which does not exist; create it or take the name out.")
            files[name] = path.read_bytes()
        return files


def find_course(start: Path) -> Path:
    """The nearest folder from `start` upward that holds `assignments/`.

    Raises:
        SpecError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir():
            return folder
    raise SpecError(f"No folder from {start} upward holds assignments/; go into a course or name it with --course DIR.")


def load_assignment(course: Path, assignment_id: str) -> Assignment:
    """Read and check one assignment of a course.

    Raises:
        SpecError: the course or the assignment does not exist, or its assignment.toml is wrong.
    """
    assignment = load_public(course, assignment_id)
    _check_folders(assignment)
    return assignment


def load_public(course: Path, assignment_id: str) -> Assignment:
    """Read one assignment of a course of which the public part alone may be there.

    Raises:
        SpecError: the course or the assignment does not exist, or its assignment.toml is wrong.
    """
    folder = course / "assignments"
    if not folder.is_dir():
        raise SpecError(f"{course} holds no assignments/ folder; name a course with --course DIR.")
    known = sorted(path.parent.name for path in folder.glob("*/assignment.toml"))
    if assignment_id not in known:
        raise SpecError(f"{folder} has no assignment {assignment_id!r}{did_you_mean(assignment_id, known)}")
    return Assignment(course, assignment_id, read_spec(folder / assignment_id / "assignment.toml"))


def read_spec(path: Path) -> AssignmentSpec:
    """Read and check an assignment.toml.

    Raises:
        SpecError: with the file, the place, what is wrong and what to do.
    """
    return parse_spec(_read(path), path)


def parse_spec(text: str, path: Path) -> AssignmentSpec:
    """Check the text of an assignment.toml; `path` is for the messages.

    Raises:
        SpecError: with the file, the place, what is wrong and what to do.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} is not valid TOML: {error}.") from None
    try:
        spec = AssignmentSpec.model_validate(table)
    except ValidationError as error:
        raise SpecError(f"{path}: {_first_problem(error)}") from None
    for name in spec.modules:
        _check_module_name(name, path)
    for name in spec.packages:
        if name in spec.forbidden:
            raise SpecError(f"{path}: packages and forbidden both name {name!r}; take it out of one.")
        if importlib.util.find_spec(name) is None:
            raise SpecError(f"{path}: packages names {name!r}, which is not installed here; install it or take it out.")
    return spec


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read: {error}.") from None


def _check_folders(assignment: Assignment) -> None:
    if not list(assignment.tests.glob("test_*.py")):
        raise SpecError(f"{assignment.tests} holds no test_*.py; write the assignment's suites there.")
    for module in assignment.spec.modules:
        path = assignment.reference / f"{module}.py"
        if not path.is_file():
            raise SpecError(f"{path} is missing; every module of assignment.toml needs its reference.")
    _check_mutants(assignment)


def _check_mutants(assignment: Assignment) -> None:
    """Each mutant has a name of its own and changes one place of a module."""
    path = assignment.folder / "assignment.toml"
    files = [f"{module}.py" for module in assignment.spec.modules]
    names: set[str] = set()
    for mutant in assignment.spec.mutant:
        where = f"{path}: the mutant {mutant.name!r}"
        if mutant.name in names:
            raise SpecError(f"{where} is there twice; give one of them another name.")
        names.add(mutant.name)
        file = mutant.file or files[0]
        if file not in files:
            raise SpecError(f"{where} names the file {file!r}{did_you_mean(file, files)}")
        found = _read(assignment.reference / file).count(mutant.replace)
        if found != 1:
            raise SpecError(
                f"{where}: its text to replace stands in {file} {found} times and must stand there once; "
                f"{'write more of the line' if found else 'copy it from the reference'}."
            )
        if mutant.replace == mutant.with_:
            raise SpecError(f"{where} changes nothing; write the mistake into with.")


def _check_module_name(name: str, path: Path) -> None:
    taken = find_namesake(name)
    if taken:
        raise SpecError(f"{path}: modules names {name!r}, which is {taken}; choose another name.")


def find_namesake(name: str) -> str:
    """What else is imported by a module's name: it would be hidden from every test; empty where nothing is."""
    if name in sys.stdlib_module_names:
        return "a standard module"
    return "an installed module" if name in sys.modules or importlib.util.find_spec(name) is not None else ""


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        key = str(problem["loc"][-1])
        model = _TABLES.get(str(problem["loc"][0]), AssignmentSpec) if len(problem["loc"]) > 1 else AssignmentSpec
        known = [field.alias or name for name, field in model.model_fields.items()]
        return f"unknown key {place!r}{did_you_mean(key, known)}"
    if problem["type"] == "missing":
        return f"the key {place!r} is missing; add it."
    return f"{place}: {_lower_first(problem['msg'])} (it is {_short(problem['input'])})."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
