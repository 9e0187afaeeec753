"""A zip run here as Gradescope would: its image built once, then a fresh container and harness for each submission."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError, SpecError
from autograder.gradescope.container import Container, run_container
from autograder.gradescope.machine import Machine, Usage
from autograder.gradescope.roots import open_profile, open_root

Say = Callable[[str], None]
_HARNESS: Final = Path(__file__).with_name("_harness.py")
_ROOT: Final = "/autograder"
_ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
    "HOSTNAME": "gradescope",
}  # fmt: skip
_SECRETS: Final = {"SUBMISSION_URL": "https://gradescope.invalid/rehearsal?token=not-for-students"}
_KEPT_IMAGES: Final = 6
_BUILDER: Final = Machine(memory_mib=4096, cores=2.0)
_CERTIFICATES: Final = "/etc/ssl/certs/ca-certificates.crt"
_PASSED_ON: Final = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@dataclass(frozen=True)
class Image:
    """A zip after its setup.sh.

    Attributes:
        system: in which system.
        layers: the folders of its root, the uppermost first.
        profile: Docker's profile of system calls.
        python: the folder of a Python of this machine's that is shown inside; empty where none is.
    """

    system: str
    layers: tuple[str, ...]
    profile: Path
    python: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """What of this machine is shown inside, at the same paths."""
        return {self.python: self.python} if self.python else {}

    @property
    def path(self) -> dict[str, str]:
        """The PATH that setup.sh has."""
        return {"PATH": f"{_ENVIRONMENT['PATH']}:{self.python}/bin"} if self.python else {}


@dataclass(frozen=True)
class Rehearsed:
    """What became of one submission: the harness's outcome, and what it used."""

    name: str
    outcome: dict[str, Any]
    usage: Usage


def open_image(bundle: Path, cache: Path, profile: Path | None, python: Path | None, say: Say) -> Image:
    """The image of a zip, built where the same zip was not yet.

    Args:
        bundle: the zip.
        cache: where systems and images are kept.
        profile: Docker's profile of system calls, if it is not to be fetched.
        python: the folder of a Python of this machine's that is shown inside, as if it were installed there.
        say: told what takes long.

    Raises:
        SpecError: the zip is none that Gradescope could take, or its setup.sh fails.
        GraderError: this machine cannot make a container.
    """
    if os.geteuid() != 0:
        raise GraderError("A rehearsal makes a container by hand, for which it must be root; run it with sudo.")
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = bundle.read_bytes()
    except OSError as error:
        raise SpecError(f"{error.filename} cannot be read ({error.strerror}); name a zip of `build`.") from None
    calls = open_profile(profile, cache)
    system, root = open_root(cache, say)
    shown = str(python.resolve()) if python else ""
    digest = hashlib.sha256(data + f"{system.suite} {shown}".encode()).hexdigest()[:16]
    image = Image(system.name, (str(cache / "images" / digest / "upper"), str(root)), calls, shown)
    if not Path(image.layers[0]).is_dir():
        _build_image(bundle, data, image, say)
    _sweep(cache / "images", digest)
    return image


def _sweep(images: Path, digest: str) -> None:
    """Keep this image and those that were used last: each takes as much room as torch does."""
    (images / digest).touch()
    for path in sorted(images.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_IMAGES]:
        shutil.rmtree(path, ignore_errors=True)


def _build_image(bundle: Path, data: bytes, image: Image, say: Say) -> None:
    upper, root = map(Path, image.layers)
    folder = upper.parent
    folder.mkdir(parents=True, exist_ok=True)
    growing = Path(tempfile.mkdtemp(dir=folder, prefix=".growing-"))
    log = folder / "setup.log"
    try:
        grown = growing / "upper"
        grown.mkdir(mode=0o755)
        _unpack(bundle, data, grown / _ROOT[1:])
        say(f"building the image of {bundle.name} with its setup.sh (once, minutes; log: {log})")
        container = Container(
            layers=(str(root),), upper=str(grown), command=("bash", f"{_ROOT}/source/setup.sh"),
            environment=_ENVIRONMENT | _builders_environment() | image.path,
            profile=str(image.profile), network=True, shown=_builders_files() | image.shown,
        )  # fmt: skip
        status, usage = run_container(container, _BUILDER, log)
        if status != 0:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise SpecError(f"setup.sh of {bundle} ended with {status} ({last[0][:200]}); {log} has all that it said.")
        grown.rename(upper)
        say(f"image built in {usage.wall_s:.0f} s ({usage.cpu_s:.0f} CPU seconds)")
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _unpack(bundle: Path, data: bytes, folder: Path) -> None:
    """The zip as Gradescope unpacks it, modes and all; run_autograder once more beside it."""
    source = folder / "source"
    source.mkdir(parents=True, mode=0o755)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, source))
                if mode := entry.external_attr >> 16 & 0o777:
                    path.chmod(mode)
    except (zipfile.BadZipFile, OSError) as error:
        raise SpecError(f"{bundle} cannot be unpacked ({error}); build it again.") from None
    for name in ("setup.sh", "run_autograder"):
        if not (source / name).is_file():
            raise SpecError(f"{bundle} has no {name} at its root, which Gradescope asks for; build it again.")
    shutil.copy(source / "run_autograder", folder / "run_autograder")
    shutil.copy(_HARNESS, folder / "harness.py")


def _builders_environment() -> dict[str, str]:
    """How this machine reaches its packages, for setup.sh alone."""
    passed = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
    if Path(_CERTIFICATES).exists():
        passed["PIP_CERT"] = _CERTIFICATES
    return passed


def _builders_files() -> dict[str, str]:
    """Files of this machine's that setup.sh needs to reach packages from here."""
    paths = ["/etc/resolv.conf", _CERTIFICATES, *os.environ.get("PIP_FIND_LINKS", "").split()]
    return {str(Path(path).resolve()): path for path in paths if path.startswith("/") and Path(path).exists()}


def rehearse(image: Image, path: Path, metadata: Any, machine: Machine, timeout_s: float) -> Rehearsed:
    """One submission in a container of its own, without a network.

    Raises:
        SpecError: the submission cannot be read.
        GraderError: the container or the harness failed.
    """
    with _working_folder(Path(image.layers[0]).parent) as folder:
        upper = folder / "upper"
        incoming = upper / "incoming"
        incoming.mkdir(parents=True)
        _copy_submission(path, incoming)
        spec = {
            "root": _ROOT, "incoming": "/incoming", "metadata": metadata, "timeout_s": timeout_s,
            "environment": _SECRETS, "outcome": "/outcome.json",
        }  # fmt: skip
        (upper / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        container = Container(
            layers=image.layers, upper=str(upper), command=("python3", f"{_ROOT}/harness.py", "/spec.json"),
            environment=_ENVIRONMENT, profile=str(image.profile), shown=image.shown,
        )  # fmt: skip
        status, usage = run_container(container, machine, folder / "log")
        try:
            outcome = json.loads((upper / "outcome.json").read_bytes())
        except (OSError, ValueError):
            said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise GraderError(f"The rehearsal of {path} ended with {status}: {' '.join(said) or 'no word'}.") from None
    return Rehearsed(str(path), outcome, usage)


@contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=beside, prefix=".run-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_submission(path: Path, folder: Path) -> None:
    """A file, or what lies in a folder or a zip: Gradescope unpacks zips."""
    try:
        if path.is_dir():
            shutil.copytree(path, folder, symlinks=True, dirs_exist_ok=True)
        elif zipfile.is_zipfile(path) and path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        else:
            shutil.copy(path, folder)
    except (OSError, shutil.Error, zipfile.BadZipFile) as error:
        raise SpecError(f"{path} cannot be handed in ({error}); name a file, a folder or a zip.") from None


def example_metadata(path: Path) -> dict[str, Any]:
    """A submission_metadata.json as Gradescope writes it, of somebody who is a day early."""
    now = datetime.now(UTC)
    dates = {
        "release_date": (now - timedelta(days=7)).isoformat(),
        "due_date": (now + timedelta(days=1)).isoformat(),
        "late_due_date": None,
    }
    student = {"id": 1, "email": "student@example.com", "name": path.stem, "sid": None, "assignment": dates}
    return {
        "id": 1, "created_at": now.isoformat(), "assignment_id": None, "submission_method": "upload",
        "users": [student],
        "assignment": {"id": 1, "course_id": 1, "title": "Rehearsal", **dates, "total_points": "100.0",
                       "group_submission": False, "group_size": None, "outline": []},
        "previous_submissions": [],
    }  # fmt: skip
