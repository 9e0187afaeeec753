"""What this machine offers to keep a submission in: each layer tried, why it does not work, and how to get it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError
from autograder.sandbox import _confine
from autograder.sandbox.cgroups import CgroupParent, make_name
from autograder.sandbox.devices import find_devices
from autograder.sandbox.namespaces import open_namespaces
from autograder.sandbox.seccomp import build_filter, library_version
from autograder.sandbox.user import open_user
from autograder.sandbox.zygote import Zygote

_SUDO: Final = "run with sudo"
_SLURM_WAIT_S: Final = 15.0
_CLUSTERS: Final = "needed for clusters alone"
_ASK: Final = f"{_CLUSTERS}: run on a login node, or ask whoever runs the cluster"
_SETTINGS: Final = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "1"),
    "/proc/sys/user/max_user_namespaces": ("0", "15000"),
}
"""Settings that forbid user namespaces: the value that does, and one that does not."""


@dataclass(frozen=True)
class Layer:
    """One row: what was tried.

    Attributes:
        name: the field's word for it.
        works: whether it does, here and for this user.
        detail: what there is, or why it does not work.
        advice: how to get it; empty where it works.
    """

    name: str
    works: bool
    detail: str
    advice: str = ""


@dataclass(frozen=True)
class Survey:
    """The backends, best first, and the layers that they are made of."""

    backends: tuple[Layer, ...]
    layers: tuple[Layer, ...]
    machine: tuple[Layer, ...]

    @property
    def chosen(self) -> str:
        """The backend that `grade` takes here; empty where there is none."""
        return next((layer.name for layer in self.backends if layer.works), "")


def survey_machine() -> Survey:
    """Try everything that the backends use; takes a second or two."""
    backends = (
        _try_backend("namespaces", open_namespaces, _advise_namespaces()),
        _try_backend("user", open_user, "run as root, in a container with Docker's default rights or more"),
    )
    layers = (_try_user_namespaces(), _try_landlock(), _try_seccomp(), *_try_cgroups())
    return Survey(backends, layers, (_find_gpu(), find_slurm()))


def _try_backend(name: str, start: Callable[[list[str]], Zygote], advice: str) -> Layer:
    try:
        zygote = start([])
    except GraderError as error:
        return Layer(name, False, _reason(str(error)), advice)
    zygote.close()
    return Layer(name, True, "; ".join(zygote.layers))


def _reason(message: str) -> str:
    return message.partition("could not be started here: ")[2].strip() or message


def _advise_namespaces() -> str:
    if os.geteuid() == 0:
        return "give the container CAP_SYS_ADMIN (docker run --privileged), or run outside it; else user is used"
    return f"{_advise_user_namespaces()}, or {_SUDO}"


def _advise_user_namespaces() -> str:
    for path, (forbids, allows) in _SETTINGS.items():
        if Path(path).exists() and Path(path).read_text().strip() == forbids:
            return f"sudo sysctl {path.removeprefix('/proc/sys/').replace('/', '.')}={allows}"
    return "leave the container or the policy that refuses user namespaces"


def _try_user_namespaces() -> Layer:
    name = "user namespaces"
    pid = os.fork()
    if pid == 0:
        try:
            _confine.enter_user_namespace()
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    number = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if number == 0:
        return Layer(name, True, "a plain user can be confined")
    needed = "root does not need them" if os.geteuid() == 0 else _advise_user_namespaces()
    return Layer(name, False, os.strerror(number), needed)


def _try_landlock() -> Layer:
    abi = _confine.landlock_abi()
    if abi >= 1:
        return Layer("Landlock", True, f"ABI {abi}")
    return Layer(
        "Landlock",
        False,
        "the kernel or the container's profile has none; the read-only root stands alone",
        "Linux 5.13 or newer with landlock among its lsm=, Docker 23 or newer",
    )


def _try_seccomp() -> Layer:
    try:
        build_filter(memfd=False)
    except GraderError as error:
        return Layer("seccomp", False, str(error), "sudo apt install libseccomp2")
    return Layer("seccomp", True, f"libseccomp {library_version()}")


def _try_cgroups() -> tuple[Layer, ...]:
    parent = CgroupParent(make_name())
    try:
        kinds = {"memory": "memory control group", "pids": "processes control group"}
        return tuple(_say_cgroup(parent, kind, name) for kind, name in kinds.items())
    finally:
        parent.remove()


def _say_cgroup(parent: CgroupParent, kind: str, name: str) -> Layer:
    if kind in parent.controllers:
        return Layer(name, True, f"cgroup v{parent.version}")
    instead = {
        "memory": "address space (RLIMIT_AS) and a watch bound memory instead",
        "pids": "RLIMIT_NPROC and seccomp bound processes instead",
    }[kind]
    why = "they are read-only or not mounted" if os.geteuid() == 0 else "a plain user may not make them"
    if parent.refusal:
        why = f"{why}: {parent.refusal}"
    return Layer(name, False, f"{why}; {instead}", _advise_cgroups(v2=bool(parent.refusal)))


def _advise_cgroups(*, v2: bool) -> str:
    if os.geteuid() == 0:
        outside = "run outside the container"
        return (
            f"start the container with a writable /sys/fs/cgroup (docker run --privileged), or {outside}"
            if v2
            else outside
        )
    if v2 and shutil.which("systemd-run"):
        return f"systemd-run --user --scope -p Delegate=yes autograder grade ..., or {_SUDO}"
    return _SUDO


def _find_gpu() -> Layer:
    """The devices, and what their use would need beside them; CUDA is not started."""
    found = find_devices()
    facts = [", ".join(node for device in found.devices for node in device.nodes) or found.reason]
    advice = [] if found.devices else ["a machine with one and NVIDIA's driver"]
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        facts.append("no libcuda.so.1")
        advice += [] if advice else ["NVIDIA's driver"]
    build = cuda_build()
    if not build:
        facts.append("torch is built without CUDA" if build == "" else "no torch")
        advice.append("a torch built with CUDA in the place of the CPU's")
    else:
        facts.append(f"torch is built with CUDA {build}")
    works = not advice
    needs = f"needed by GPU tests alone, which are put off without: {', '.join(advice)}; root or user namespaces"
    return Layer("GPU", works, "; ".join(facts), "" if works else needs)


def cuda_build() -> str | None:
    """The version of CUDA that the installed torch is built with: empty without CUDA, None without torch.

    Read from its version.py: to import torch takes seconds.
    """
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    found = re.search(r"""^cuda\b[^=]*=\s*['"]([^'"]+)""", text, re.MULTILINE)
    return found[1] if found else ""


def find_slurm() -> Layer:
    """Whether jobs can be submitted from here: Slurm's commands, and a controller that answers them."""
    found = shutil.which("sbatch")
    if not found:
        return Layer("Slurm", False, "no sbatch on the PATH", f"{_CLUSTERS}: run on a login node")
    command = ["sinfo", "--noheader", "--format=%R (%D nodes, GPUs: %G)"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SLURM_WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Layer("Slurm", False, f"{found}, but its controller does not answer", _ASK)
    partitions = "; ".join(dict.fromkeys(done.stdout.split("\n"))).strip("; ").replace("(null)", "none")
    if done.returncode != 0 or not partitions:
        said = (done.stderr.strip().splitlines() or ["no partition is shown"])[-1]
        return Layer("Slurm", False, f"{found}, but no cluster answers: {said}", _ASK)
    return Layer("Slurm", True, f"{found}; partitions: {partitions}")
