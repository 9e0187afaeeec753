"""How much memory a submission may use in a container that has less than the assignment asks for."""

from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.gradescope.memory import fit_memory

MIB = 1 << 20


def place(tmp_path: Path, files: dict[str, str], available_mib: int = 8000) -> tuple[Path, Path]:
    """Control groups and meminfo as a container sees them."""
    for name, text in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "meminfo").write_text(f"MemTotal: 9000000 kB\nMemAvailable: {available_mib << 10} kB\n")
    return tmp_path / "cgroup", tmp_path / "meminfo"


V1 = {
    "memory/memory.limit_in_bytes": f"{768 * MIB}\n",
    "memory/memory.stat": f"cache 9\ntotal_cache {500 * MIB}\ntotal_rss {150 * MIB}\ntotal_shmem {22 * MIB}\n",
}
V2 = {"memory.max": f"{768 * MIB}\n", "memory.stat": f"anon {150 * MIB}\nfile {500 * MIB}\nshmem {22 * MIB}\n"}


@pytest.mark.parametrize("files", [V1, V2])
def test_what_the_container_has_left(tmp_path: Path, files: dict[str, str]) -> None:
    """The container's limit less what the grader holds and a margin; files that the kernel keeps do not count."""
    assert fit_memory(1024, *place(tmp_path, files)) == 768 - 172 - 96
    assert fit_memory(256, *place(tmp_path, files)) == 256


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"memory.max": "max\n", "memory.stat": "anon 5\n"},
        {"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.stat": "total_rss 5\n"},
    ],
)
def test_without_a_limit_the_machine_counts(tmp_path: Path, files: dict[str, str]) -> None:
    """Where no group has a limit, what the machine could give does."""
    assert fit_memory(1024, *place(tmp_path, files)) == 1024
    assert fit_memory(1024, *place(tmp_path, files, available_mib=500)) == 404


def test_too_little_is_a_fault(tmp_path: Path) -> None:
    """A container that is too small for any submission is said to be so, and grades nothing."""
    with pytest.raises(GraderError, match="give the autograder's container more"):
        fit_memory(1024, *place(tmp_path, {}, available_mib=200))
