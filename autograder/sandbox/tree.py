"""The read-only tree into which the backend `user` changes its root: what a student may read, at the same paths.

Where nothing can be mounted, the runtime's files are linked into a folder of their own (copied where that lies on
another file system), once for a machine and its packages; later runs find it there. It is root's, so no student can
write in it, and holds nothing but the runtime. When an autograder's image is built, it is built with it and sealed: an
image that is stored and fetched has other inodes and coarser times, by which the tree would not be known again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from autograder.errors import GraderError
from autograder.sandbox import _folders
from autograder.sandbox.cgroups import is_left_behind, make_name
from autograder.sandbox.runtime import DEVICES, USERS, library_folders, python_folders, visible_files, visible_links

FOLDER_VARIABLE: Final = "AUTOGRADER_TREES"
_DEFAULT_FOLDER: Final = "/var/cache/autograder"
_NEVER_NS: Final = 2_145_000_000 * 10**9  # in 2037
USES: Final = "uses"
_SEAL: Final = "sealed"


class Tree:
    """A prepared tree, held by a shared lock while it is in use.

    Attributes:
        root: the tree's folder.
    """

    def __init__(self, root: Path, lock: int) -> None:
        self.root = root
        self._lock = lock

    def uses(self, name: str) -> Path:
        """The folder in the tree under which one run makes one for each use."""
        return self.root / USES / name

    def close(self) -> None:
        """Let go of it; it stays for the next run. Safe to call again."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def open_tree() -> Tree:
    """The tree for this interpreter and these packages, built if it is not there yet.

    Raises:
        GraderError: it cannot be built here.
    """
    home = Path(os.environ.get(FOLDER_VARIABLE, _DEFAULT_FOLDER))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_home(home)
        root = _sealed(home) or home / f"tree-{_digest()}"
        lock = _take_lock(root, fcntl.LOCK_SH)
        if not root.is_dir():
            _build(root)
        _sweep(home, root)
    except OSError as error:
        raise GraderError(
            f"{home}, where the sandbox's tree is kept, cannot be used ({error}); "
            f"name another folder of root's in {FOLDER_VARIABLE}."
        ) from None
    return Tree(root, lock)


def seal_tree() -> Path:
    """Build the tree, and have every later run take it unseen: for an image whose packages do not change any more.

    Raises:
        GraderError: it cannot be built here.
    """
    seal = Path(os.environ.get(FOLDER_VARIABLE, _DEFAULT_FOLDER)) / _SEAL
    seal.unlink(missing_ok=True)
    tree = open_tree()
    seal.write_text(tree.root.name, encoding="ascii")
    tree.close()
    return tree.root


def _sealed(home: Path) -> Path | None:
    """The tree that was sealed, if one was and is still there."""
    try:
        root = home / (home / _SEAL).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return root if root.parent == home and root.is_dir() else None


def _check_home(home: Path) -> None:
    status = home.stat()
    if status.st_uid != 0 or status.st_mode & 0o022:
        raise PermissionError(f"{home} is not root's alone")


def _take_lock(root: Path, kind: int) -> int:
    lock = os.open(root.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, kind)
    except OSError:
        os.close(lock)
        raise
    return lock


def _digest() -> str:
    """Of the folders, and of what is installed in them."""
    digest = hashlib.sha256()
    for path in (*library_folders(), *python_folders(), *visible_files()):
        status = Path(path).stat()
        digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_ino}\0".encode())
        if Path(path).is_dir():
            digest.update("\0".join(sorted(entry.name for entry in Path(path).iterdir())).encode())
    return digest.hexdigest()[:16]


def _build(root: Path) -> None:
    """Link or copy everything, then give it its name: another run never sees half a tree."""
    growing = root.with_name(make_name())
    growing.mkdir(mode=0o755)
    try:
        for link, target in visible_links().items():
            (growing / link[1:]).parent.mkdir(parents=True, exist_ok=True)
            (growing / link[1:]).symlink_to(target)
        for path in library_folders():
            _take_folder(path, growing, lambda name: ".so" in name)  # a disk's /usr/lib holds gigabytes of other things
        for path in python_folders():
            _take_folder(path, growing, lambda name: True)
        for path in visible_files():
            _take_file(path, growing / path[1:])
        (growing / "etc").mkdir(exist_ok=True)
        (growing / "etc" / "passwd").write_text(USERS)
        (growing / USES).mkdir(mode=0o711)
        _make_devices(growing)
        _fix_access_times(growing)
        with contextlib.suppress(FileExistsError):
            growing.rename(root)
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _take_folder(path: str, tree: Path, wanted: Callable[[str], bool]) -> None:
    for folder, names, files in os.walk(path):
        target = tree / folder[1:]
        for name in files + [name for name in names if Path(folder, name).is_symlink()]:
            if wanted(name) and not (target / name).is_symlink() and not (target / name).exists():
                _take_file(f"{folder}/{name}", target / name)


def _take_file(source: str, target: Path) -> None:
    """A link to a file where that is on the same disk and others may not write to it, else a copy."""
    status = Path(source).lstat()
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(status.st_mode):
        target.symlink_to(Path(source).readlink())
    elif stat.S_ISREG(status.st_mode) and status.st_mode & 0o004:
        if not status.st_mode & 0o022:
            with contextlib.suppress(OSError):
                target.hardlink_to(source)
                return
        shutil.copyfile(source, target)
        target.chmod(0o644 | status.st_mode & 0o111)


def _make_devices(tree: Path) -> None:
    (tree / "dev").mkdir(exist_ok=True)
    for path in DEVICES:
        with contextlib.suppress(OSError):  # a container may not have the right; nothing hangs on it
            device = Path(path).stat().st_rdev
            os.mknod(tree / path[1:], stat.S_IFCHR | 0o666, device)
            (tree / path[1:]).chmod(0o666)


def _sweep(home: Path, keep: Path) -> None:
    """Remove trees of other packages that nobody uses, and what runs that were killed left in this one."""
    for path in home.iterdir():
        if path.name.startswith("tree-") and path.is_dir() and path != keep:
            with contextlib.suppress(OSError):
                lock = _take_lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
                try:  # held until it is gone: who wants it meanwhile waits, and builds it anew
                    gone = path.rename(path.with_name(make_name()))  # at once: half a tree never has the name of one
                    shutil.rmtree(gone, ignore_errors=True)
                finally:
                    os.close(lock)
        elif is_left_behind(path.name):
            shutil.rmtree(path, ignore_errors=True)
    for path in (keep / USES).iterdir():
        if is_left_behind(path.name):
            with contextlib.suppress(OSError):
                _folders.remove(str(path))


def _fix_access_times(root: Path) -> None:
    """Set access times far into the future.

    The kernel notes a file's first reading of a day (relatime), and a student could see in that note what another one
    has read; a time to come is never written again.
    """
    for path, status in _entries(root):
        os.utime(path, ns=(_NEVER_NS, status.st_mtime_ns), follow_symlinks=False)


def _entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = f"{folder}/{name}"
            yield path, os.lstat(path)
