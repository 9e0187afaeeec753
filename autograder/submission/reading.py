"""Files, folders and archives that one student handed in -> files by relative path, within the bounds.

Archives are unwrapped where no source lies beside them, folders around everything are taken off, and the folder that
holds the module is raised to the top, its helper files with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

from autograder.errors import SubmissionError
from autograder.submission.archives import OF_A_SUBMISSION, list_archive, load_entry
from autograder.submission.names import clean_path, folder_of, is_archive, is_source, shown, stem, wanted_names
from autograder.submission.records import MAX_FILE_BYTES, MAX_FILES, MAX_SUBMISSION_BYTES
from autograder.submission.trees import File, Folder, Node

MAX_NESTING: Final = 4  # archives within archives
_MAX_NODES: Final = 5_000
_MAX_ARCHIVES: Final = 20
_MAX_DEPTH: Final = 32


class Reader:
    """Reads what one student handed in.

    Attributes:
        files: bytes by clean relative path, no file in the place of another's folder.
        dropped: names of what was left out: links and the like, and names that lead out or are too long.
        repeated: names that an archive holds more than once.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.dropped: list[str] = []
        self.repeated: list[str] = []
        self.total_bytes = 0
        self._nodes = 0

    def read(self, node: Node, path: str, depth: int = 0) -> None:
        """Read a node to `path`, a folder's content into it.

        Raises:
            SubmissionError: it is larger than the bounds.
            OSError: the machine cannot read it.
        """
        self._nodes += 1
        if self._nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise _too_large()
        if isinstance(node, Folder):
            for inner in node.entries():
                self.read(inner, f"{path}/{inner.name}" if path else inner.name, depth + 1)
        elif isinstance(node, File):
            room = min(MAX_FILE_BYTES, MAX_SUBMISSION_BYTES - self.total_bytes)
            self._put(path, node.load(room + 1))
        else:
            self.dropped.append(shown(path))

    def unwrap(self) -> None:
        """Put the content of archives in their places, as often as nothing but archives holds the source.

        Raises:
            SubmissionError: the only archive cannot be unpacked, or all of it is larger than the bounds.
        """
        for _ in range(MAX_NESTING):
            archives = sorted(path for path in self.files if is_archive(path))
            if not archives or any(is_source(path) for path in self.files):
                return
            if len(archives) > _MAX_ARCHIVES:
                raise SubmissionError(f"{len(archives)} archives were handed in; hand in the source alone.")
            for path in archives:
                # several archives must not overwrite each other's files
                self._unpack(path, stem(path) if len(archives) > 1 else folder_of(path))
        if any(is_archive(path) for path in self.files) and not any(is_source(path) for path in self.files):
            raise SubmissionError(f"More than {MAX_NESTING} archives lie within each other; hand in the source alone.")

    def _unpack(self, path: str, into: str) -> None:
        data = self.files.pop(path)
        self.total_bytes -= len(data)
        name = path.rpartition("/")[2]
        listing = list_archive(io.BytesIO(data), name, OF_A_SUBMISSION)
        self.dropped += listing.dropped
        self.repeated += listing.repeated
        for inner, load in listing.files.items():
            room = min(MAX_FILE_BYTES, MAX_SUBMISSION_BYTES - self.total_bytes)
            self._put(f"{into}/{inner}" if into else inner, load_entry(load, name, room + 1))

    def _put(self, name: str, data: bytes) -> None:
        if len(data) > MAX_FILE_BYTES:
            said = shown(name.rpartition("/")[2])
            raise SubmissionError(f"{said} is larger than {MAX_FILE_BYTES >> 20} MiB; hand in the source alone.")
        path = clean_path(name)
        if not path:
            self.dropped.append(shown(name))
            return
        self.total_bytes += len(data) - len(self.files.get(path, b""))
        self.files[path] = data
        if self.total_bytes > MAX_SUBMISSION_BYTES or len(self.files) > MAX_FILES:
            raise _too_large()

    def settle(self, modules: tuple[str, ...]) -> str:
        """Take off the folders around everything and raise the module's to the top; a note where others stay behind."""
        files = _without_clashes(self.files)
        while (folder := _only_folder(files)) and not _is_package(folder, files, modules):
            files = {path[len(folder) + 1 :]: data for path, data in files.items()}
        folder = find_module_folder(files, modules)
        self.files = raise_folder(files, folder)
        return f"The module was found in the folder {shown(folder)}, and graded from there." if folder else ""


def _too_large() -> SubmissionError:
    return SubmissionError(
        f"The submission is larger than {MAX_SUBMISSION_BYTES >> 20} MiB or {MAX_FILES} files; "
        "hand in the source alone."
    )


def _without_clashes(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without files that stand where another file needs a folder."""
    folders = {path[:place] for path in files for place, letter in enumerate(path) if letter == "/"}
    return {path: data for path, data in files.items() if path not in folders}


def _is_package(folder: str, files: Iterable[str], modules: tuple[str, ...]) -> bool:
    """Whether a folder is a module of the assignment's, written as a package."""
    return folder in modules and f"{folder}/__init__.py" in files


def _only_folder(files: Iterable[str]) -> str:
    """The folder that everything lies in, if there is one."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in files}
    return tops.pop() if len(tops) == 1 else ""


def find_module_folder(files: Iterable[str], modules: tuple[str, ...]) -> str:
    """The folder that holds the most of the modules, a .py before a notebook and the shallowest first.

    Empty where that is the top, where no folder holds any, and where two are as good as each other.
    """
    wanted = wanted_names(modules)
    found: dict[str, set[str]] = {}
    for path in files:
        if path.rpartition("/")[2] in wanted:
            found.setdefault(folder_of(path), set()).add(path.rpartition("/")[2])
    if not found or "" in found:
        return ""

    def rank(folder: str) -> tuple[int, int, int]:
        names = found[folder]
        return (-len({stem(name) for name in names}), -sum(name.endswith(".py") for name in names), folder.count("/"))

    best, *others = sorted(found, key=rank)
    return "" if others and rank(others[0]) == rank(best) else best


def raise_folder(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    """The files of a folder at the top; of the others those stay in their places that are in nobody's way."""
    if not folder:
        return files
    raised = {path[len(folder) + 1 :]: data for path, data in files.items() if path.startswith(f"{folder}/")}
    tops = {path.partition("/")[0] for path in raised}
    rest = {
        path: data
        for path, data in files.items()
        if not path.startswith(f"{folder}/") and path.partition("/")[0] not in tops
    }
    return {**rest, **raised}
