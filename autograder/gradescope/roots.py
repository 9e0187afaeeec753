"""The systems in which a zip is rehearsed: Ubuntu 22.04 as on Gradescope, else Debian; made once, by mmdebstrap."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError

_PROFILE_PACKAGE: Final = "golang-github-docker-docker-dev"
_INCLUDED: Final = "apt,ca-certificates,python3"


@dataclass(frozen=True)
class System:
    """A distribution's release.

    Attributes:
        name: what a user calls it.
        keyring: with what its packages are checked.
        sources: lines for apt, where {keyring} stands for it.
    """

    name: str
    suite: str
    keyring: str
    sources: tuple[str, ...]


UBUNTU: Final = System(
    "Ubuntu 22.04",
    "jammy",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    tuple(
        f"deb [signed-by={{keyring}}] http://archive.ubuntu.com/ubuntu jammy{pocket} main universe"
        for pocket in ("", "-updates", "-security")
    ),
)
DEBIAN: Final = System(
    "Debian 12",
    "bookworm",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    ("deb [signed-by={keyring}] http://deb.debian.org/debian bookworm main",),
)


def open_root(cache: Path, say: Callable[[str], None]) -> tuple[System, Path]:
    """A system's folder, made if it is not there: Ubuntu's, or Debian's where Ubuntu's packages cannot be had.

    Raises:
        GraderError: neither can be made here.
    """
    for system in (UBUNTU, DEBIAN):
        if (cache / system.suite).is_dir():
            return system, cache / system.suite
    if shutil.which("mmdebstrap") is None:
        raise GraderError("mmdebstrap makes the rehearsal's system and is not installed; run: apt install mmdebstrap")
    problems = []
    for system in (UBUNTU, DEBIAN):
        say(f"making a root of {system.name} (once, a minute)")
        problem = _make_root(system, cache)
        if not problem:
            return system, cache / system.suite
        problems.append(f"{system.name}: {problem}")
        say(f"no {system.name} here: {problem}")
    raise GraderError(f"No system to rehearse in can be made here ({'; '.join(problems)}).")


def _make_root(system: System, cache: Path) -> str:
    """Why it cannot be made; empty where it is."""
    if not Path(system.keyring).exists():
        return f"{system.keyring} is not there"
    growing = Path(tempfile.mkdtemp(dir=cache, prefix=".root-"))
    sources = [line.format(keyring=system.keyring) for line in system.sources]
    key = f"--customize-hook=mkdir -p $1{Path(system.keyring).parent} && cp {system.keyring} $1{system.keyring}"
    done = subprocess.run(
        ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={_INCLUDED}", key,
         f"--keyring={system.keyring}", system.suite, str(growing / "root"), *sources],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        (growing / "root").rename(cache / system.suite)
    shutil.rmtree(growing, ignore_errors=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("E:")] or done.stderr.splitlines() or ["-"]
    return "" if done.returncode == 0 else lines[0].strip()


def open_profile(named: Path | None, cache: Path) -> Path:
    """Docker's published profile of system calls: a file that was named, else from Debian's package of its source.

    Raises:
        GraderError: it is not to be had here.
    """
    path = named or cache / "docker-seccomp.json"
    if path.is_file():
        return path
    if named is None and _fetch_profile(path):
        return path
    raise GraderError(
        "Docker's profile of system calls is not here; name default.json of moby's profiles/seccomp with --profile."
    )


def _fetch_profile(path: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                ["apt-get", "download", "-qq", _PROFILE_PACKAGE], cwd=folder, check=True, capture_output=True
            )
            package = next(Path(folder).glob("*.deb"))
            subprocess.run(["dpkg-deb", "-x", package, "x"], cwd=folder, check=True, capture_output=True)
            found = next(Path(folder).glob("x/**/profiles/seccomp/default.json"))
        except (OSError, subprocess.CalledProcessError, StopIteration):
            return False
        temporary = path.with_suffix(f".{os.getpid()}")
        shutil.copyfile(found, temporary)
        temporary.replace(path)
    return True
