"""A real Slurm cluster for the tests of a file: as root and as a plain user."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slurm_cluster import SlurmCluster, start_cluster, why_not


def _open(kind: str) -> Iterator[SlurmCluster]:
    reason = why_not(kind)
    if reason:
        pytest.skip(reason)
    with start_cluster(kind) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def root_cluster() -> Iterator[SlurmCluster]:
    """Root's: jobs and devices are kept apart by control groups."""
    yield from _open("root")


@pytest.fixture(scope="module")
def plain_cluster() -> Iterator[SlurmCluster]:
    """A plain user's: nothing but the scheduler keeps jobs apart."""
    yield from _open("plain-user")
