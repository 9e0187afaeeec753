"""The students' zip: stub, notebook, handout, public tests and `check`; nothing hidden, nothing of the reference.

Everything lies in one folder named after the assignment, in which `python -m autograder check ID` works: the package is
there as source, and requirements.txt says what it needs. What of assignment.toml is the author's stays behind.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.metadata import requires
from pathlib import Path, PurePosixPath
from typing import Any, Final

from autograder.contract import FILE_NAME, Contract
from autograder.errors import SpecError
from autograder.spec import Assignment, AssignmentSpec
from autograder.writing import may_replace_zip, write_whole

PACKAGE: Final = Path(__file__).parent
_AUTHORS_OWN: Final = frozenset({"written", "mutant"})
"""Keys of assignment.toml that are of no use to students' machines."""
_LEFT_OUT: Final = ("scaffold_files", "__pycache__")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # zip's earliest: the same files give the same bytes
_BUILT_FOR_GRADESCOPE: Final = "run_autograder"
_NOTEBOOK_EXTRA: Final = "notebook"


def make_release(assignment: Assignment, contract: Contract, templates: Mapping[str, str]) -> bytes:
    """The zip's bytes; the same for the same assignment and contract.

    Args:
        assignment: whose; its handout and public files are read.
        contract: what `check` must know of the reference.
        templates: stub and notebook by name.

    Raises:
        SpecError: a file is missing, or one for students holds a line of a hidden suite or of a solution.
    """
    files = gather_files(assignment, contract, templates)
    check_nothing_leaks(assignment, files)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{assignment.id}/{name}", _EPOCH)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def write_release(path: Path, data: bytes) -> None:
    """Write the zip, whole or not at all.

    Raises:
        SpecError: it cannot be written, or something else lies there, such as a zip with the hidden tests.
    """
    if not may_replace_zip(path, _is_release):
        raise SpecError(f"{path} is there and was not made by `release`; name another file with --out.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise SpecError(f"{path} cannot be written ({error.strerror}); name another file with --out.") from None


def _is_release(names: list[str]) -> bool:
    """Whether a zip with these names is one that students get, and not one with the hidden tests."""
    return _BUILT_FOR_GRADESCOPE not in names and any(PurePosixPath(name).name == FILE_NAME for name in names)


def gather_files(assignment: Assignment, contract: Contract, templates: Mapping[str, str]) -> dict[str, bytes]:
    """Every file of the zip by its name in the folder.

    Raises:
        SpecError: the handout is missing.
    """
    handout = assignment.folder / "README.md"
    if not handout.is_file():
        raise SpecError(f"{handout} is missing; write the handout before you release it.")
    files = {"README.md": handout.read_bytes(), "assignment.toml": render_spec(assignment).encode()}
    files |= {name: text.encode() for name, text in templates.items()}
    files |= {f"tests/{path.name}": path.read_bytes() for path in assignment.public_suites}
    files[f"tests/{FILE_NAME}"] = (contract.model_dump_json(indent=1) + "\n").encode()
    files["requirements.txt"] = render_requirements(assignment.spec.packages).encode()
    files |= assignment.public_files
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        if path.is_file() and not set(_LEFT_OUT) & set(inside.parts):
            files[f"autograder/{inside.as_posix()}"] = path.read_bytes()
    return files


def render_spec(assignment: Assignment) -> str:
    """The assignment.toml of the handout: what a student's machine needs.

    Raises:
        SpecError: it would read otherwise than the author's.
    """
    table = assignment.spec.model_dump(mode="json", exclude_defaults=True, exclude=set(_AUTHORS_OWN))
    limits = table.pop("limits", {})
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    if limits:
        lines += ["", "[limits]", *(f"{key} = {_toml(value)}" for key, value in limits.items())]
    text = "\n".join(lines) + "\n"
    kept = AssignmentSpec.model_fields.keys() - _AUTHORS_OWN
    read = AssignmentSpec.model_validate(tomllib.loads(text))
    if read.model_dump(include=kept) != assignment.spec.model_dump(include=kept):
        path = assignment.folder / "assignment.toml"
        raise SpecError(f"{path} cannot be written for students: a value of it has no plain form in TOML.")
    return text


def _toml(value: Any) -> str:
    """A string, number or list of strings as TOML: JSON's form, DEL escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def render_requirements(packages: list[str]) -> str:
    """What `pip install -r` installs: the core, what reads notebooks, and the assignment's own packages."""
    core, notebook, own = [], [], []
    for line in requires("autograder") or []:
        requirement, _, marker = (part.strip() for part in line.partition(";"))
        if not marker:
            core.append(requirement)
        elif f'"{_NOTEBOOK_EXTRA}"' in marker.replace("'", '"'):
            notebook.append(requirement)
        elif any(f'"{package}"' in marker.replace("'", '"') for package in packages):
            own.append(requirement)
    named = {re.split(r"[<>=!~ ]", line, maxsplit=1)[0] for line in (*core, *notebook, *own)}
    own += [package for package in packages if package not in named]
    lines = ["# python -m pip install -r requirements.txt", *core, *own, "# for notebooks", *notebook]
    return "\n".join(lines) + "\n"


def check_nothing_leaks(assignment: Assignment, files: Mapping[str, bytes]) -> None:
    """Check that no file for students holds a line of a hidden suite or of a solution.

    A line counts where it says something (20 signs or more) and stands in no file that is public anyway: the public
    suites, the handout, the stub's own lines.

    Raises:
        SpecError: one does; with file and line.
    """
    own = {name: data for name, data in files.items() if PurePosixPath(name).parts[0] != "autograder"}
    public = {f"tests/{path.name}" for path in assignment.public_suites} | {"README.md"}
    shown = {line for name in public for line in _telling_lines(own.get(name, b""))}
    secret = secret_lines(assignment) - shown
    for name, data in own.items():
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            text = _quoted(line) if name.endswith(".ipynb") else line.strip()
            if text in secret:
                raise SpecError(
                    f"{assignment.id}/{name}:{number} would show students a line of the reference's solution or of a "
                    f"hidden suite ({text[:60]!r}); take it out of what they get."
                )


def secret_lines(assignment: Assignment) -> set[str]:
    """The telling lines of hidden suites and of solutions, without those that the stub keeps."""
    hidden = [path for path in assignment.tests.glob("*.py") if path not in assignment.public_suites]
    secret = {line for path in hidden for line in _telling_lines(path.read_bytes())}
    for module in assignment.spec.modules:
        stub = assignment.template / f"{module}.py"
        kept = set(_telling_lines(stub.read_bytes())) if stub.is_file() else set()
        secret |= set(_telling_lines((assignment.reference / f"{module}.py").read_bytes())) - kept
        secret -= kept
    return secret


def _telling_lines(data: bytes) -> list[str]:
    lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
    return [line for line in lines if len(line) >= 20]


def _quoted(line: str) -> str:
    """A line of a cell's source, as JSON quotes it in a notebook."""
    try:
        value = json.loads(line.strip().rstrip(","))
    except ValueError:
        return ""
    return value.strip() if isinstance(value, str) else ""
