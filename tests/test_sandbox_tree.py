"""The prepared tree: built once, root's alone, shared by runs, removed when its packages are gone."""

import fcntl
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.sandbox import tree
from autograder.sandbox.cgroups import make_name

GONE = "autograder-999999999-00000000"  # no process has this number


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for trees whose runtime is a small one."""
    runtime = tmp_path / "runtime"
    (runtime / "lib").mkdir(parents=True)
    (runtime / "packages" / "inner").mkdir(parents=True)
    (runtime / "lib" / "libx.so.1").write_text("library")
    (runtime / "lib" / "gigabytes").write_text("of other things")
    (runtime / "packages" / "module.py").write_text("x = 1")
    (runtime / "packages" / "inner" / "data").write_text("data")
    (runtime / "packages" / "link").symlink_to("module.py")
    (runtime / "packages" / "shared").write_text("group's")
    (runtime / "packages" / "shared").chmod(0o666)
    (runtime / "packages" / "secret").write_text("root's")
    (runtime / "packages" / "secret").chmod(0o600)
    monkeypatch.setattr(tree, "library_folders", lambda: [str(runtime / "lib")])
    monkeypatch.setattr(tree, "python_folders", lambda: [str(runtime / "packages")])
    monkeypatch.setattr(tree, "visible_links", dict)
    folder = tmp_path / "trees"
    monkeypatch.setenv(tree.FOLDER_VARIABLE, str(folder))
    return folder


def test_tree_holds_the_runtime_at_the_same_paths(home: Path, tmp_path: Path) -> None:
    """Libraries and packages are there, other files of a library folder and private ones are not."""
    opened = tree.open_tree()
    inside = Path(f"{opened.root}{tmp_path}/runtime")
    assert {path.name for path in inside.rglob("*")} == {
        "lib", "libx.so.1", "packages", "inner", "data", "module.py", "link", "shared",
    }  # fmt: skip
    assert (inside / "packages" / "module.py").samefile(tmp_path / "runtime" / "packages" / "module.py")
    opened.close()


def test_nobody_else_can_write_in_it(home: Path) -> None:
    """A file that others may write is copied, not linked, and its copy is root's alone; so are the folders."""
    opened = tree.open_tree()
    for path in opened.root.rglob("*"):
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode) and not stat.S_ISCHR(status.st_mode):
            assert status.st_uid == 0
            assert not status.st_mode & 0o022, path
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    opened.close()


def test_tree_is_built_once(home: Path) -> None:
    """A second run takes the first one's tree, and both may use it at a time."""
    first = tree.open_tree()
    inode = first.root.stat().st_ino
    second = tree.open_tree()
    assert second.root.stat().st_ino == inode
    first.close()
    second.close()


def test_tree_of_other_packages_goes_when_nobody_uses_it(home: Path, tmp_path: Path) -> None:
    """A changed package makes another tree; the old one stays while it is in use, and no longer."""
    first = tree.open_tree()
    (tmp_path / "runtime" / "packages" / "new.py").write_text("y = 2")
    second = tree.open_tree()
    assert second.root != first.root
    assert first.root.exists()
    second.close()
    first.close()
    tree.open_tree().close()
    assert not first.root.exists()


def test_tree_is_held_while_it_is_swept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can take hold of a tree that is being removed: who wants it waits until it is gone, and builds it anew."""
    tree.open_tree().close()
    (old,) = home.glob("tree-*/")
    (home.parent / "runtime" / "packages" / "new.py").touch()  # other packages: another tree
    held = []

    def look(path: Path, **_: object) -> None:
        if path.parent == home and not old.exists() and not held:
            with pytest.raises(BlockingIOError):
                os.close(tree._take_lock(old, fcntl.LOCK_SH | fcntl.LOCK_NB))
            held.append(old)

    monkeypatch.setattr(shutil, "rmtree", look)
    tree.open_tree().close()
    assert held == [old]


def test_leftovers_of_killed_runs_are_swept(home: Path) -> None:
    """Folders of a run whose process is gone are removed; those of a living one stay."""
    opened = tree.open_tree()
    left, living = opened.uses(GONE), opened.uses(make_name())
    living.mkdir()
    (left / "1" / "deep").mkdir(parents=True)
    (home / GONE).mkdir()
    opened.close()
    tree.open_tree().close()
    assert not left.exists()
    assert not (home / GONE).exists()
    assert living.exists()


def test_access_times_are_never_written_again(home: Path, tmp_path: Path) -> None:
    """Reading a file of the tree, or linking it into another one, leaves its access time as it is."""
    opened = tree.open_tree()
    path = Path(f"{opened.root}{tmp_path}/runtime/packages/module.py")
    before = path.stat().st_atime_ns
    path.with_name("another").hardlink_to(path)
    path.read_text()
    assert path.stat().st_atime_ns == before > path.stat().st_ctime_ns
    opened.close()


def test_folder_that_others_may_write_is_refused(home: Path) -> None:
    """A folder for trees that is not root's alone is not used."""
    home.mkdir(mode=0o700)
    home.chmod(0o777)
    with pytest.raises(GraderError, match="not root's alone"):
        tree.open_tree()


@pytest.mark.skipif(sys.platform != "linux", reason="devices")
def test_devices_are_those_of_every_program(home: Path) -> None:
    """/dev/null and its like are devices in the tree, and nothing else is."""
    opened = tree.open_tree()
    names = {path.name for path in opened.root.rglob("*") if stat.S_ISCHR(path.lstat().st_mode)}
    assert names == {"null", "zero", "full", "random", "urandom"}
    opened.close()


def test_sealed_tree_is_known_again_whatever_the_image_became(home: Path, tmp_path: Path) -> None:
    """An image that is stored and fetched has other inodes and times: a sealed tree is taken unseen, others are not."""
    root = tree.seal_tree()
    replaced = tmp_path / "runtime" / "packages"
    copy = tmp_path / "copy"
    shutil.copytree(replaced, copy, symlinks=True)
    shutil.rmtree(replaced)
    copy.rename(replaced)
    opened = tree.open_tree()
    assert opened.root == root
    opened.close()
    assert tree.seal_tree() != root  # the packages as they are now; a second set-up of an image seals anew
    (home / "sealed").unlink()
    shutil.rmtree(tmp_path / "runtime" / "packages" / "inner")
    opened = tree.open_tree()
    assert opened.root != root
    opened.close()
