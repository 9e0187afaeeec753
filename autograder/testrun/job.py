"""What the driver tells the suite's process: once where everything is, and for each submission what is to be run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from autograder.limits import Limits
from autograder.sandbox import Zygote
from autograder.sandbox.cgroups import CgroupParent
from autograder.sandbox.devices import Grant
from autograder.sandbox.zygote import ZygoteAddress, ZygoteClient

RUN: Final = b"r"
IMPORT: Final = b"i"
"""What is asked of the suite's process: to run a job in a fork, or to import modules, which follow as JSON."""


class Server(BaseModel):
    """How a fork server for the student's code is reached, beside its control socket."""

    cgroup_name: str
    cgroup_version: int
    cgroup_kinds: list[str]
    backend: str

    @classmethod
    def of(cls, sandbox: Zygote) -> Server:
        """Of a running one."""
        groups = sandbox.cgroups
        return cls(
            cgroup_name=groups.name if groups else "",
            cgroup_version=groups.version if groups else 0,
            cgroup_kinds=list(groups.controllers) if groups else [],
            backend=sandbox.name,
        )

    def client(self, control_fd: int, grant: Grant | None) -> ZygoteClient:
        """A client of it in this process."""
        address = ZygoteAddress(control_fd, self.cgroup_name, self.backend)
        groups = None
        if address.isolated:
            groups = CgroupParent.existing(self.cgroup_name, self.cgroup_version, self.cgroup_kinds)
        return ZygoteClient(address, groups, grant)


class HostConfig(BaseModel):
    """What a suite's process needs to know."""

    tests: Path
    reference: Path
    modules: list[str]
    points: float
    control_fd: int
    server: Server
    packages: list[str]


class Job(BaseModel):
    """One submission's tests: those at `places`, in that order, from the `first` of these on."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    files: dict[str, bytes]
    modules: list[str]
    limits: Limits
    cpu_limits_s: dict[str, float]
    seeds: dict[str, str]
    subtests: dict[str, int] = {}
    """How many subtests the reference passed in a test."""
    allowed: dict[str, list[str]] | None = None
    """What the reference's run of a test asked of objects; None for the reference itself."""
    import_seed: int
    cells: dict[str, list[tuple[str, int, int]]] = {}
    forbidden: list[str] = []
    refused: dict[str, str] = {}
    places: list[int] = []
    first: int = 0
    whole: int | None = None
    """After so many of the places the run ends with the first loss, and with a time-out at once; None: it goes on."""
    lost: bool = False
    """Whether a test before `first` was lost."""
    server: Server | None = None
    """Of uses with GPUs; None: the suite's own."""
    grant: Grant | None = None
    """The devices that the driver holds for this job."""
    tells_imports: bool = False
    """Whether the last event says what the tests imported: the reference's."""
