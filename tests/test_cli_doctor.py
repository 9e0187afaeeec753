"""`autograder doctor` on simulated machines: what works, why not, and what to do, each as it is there."""

import json
import subprocess
import sys
from functools import cache

import pytest
from machines import SLOWNESS, has_groups, on

MACHINES = {
    "root": "namespaces",
    "plain-user": "namespaces",
    "no-user-namespaces": "",
    "plain-container": "user",
    "plain-container-no-landlock": "user",
}
if has_groups():
    MACHINES |= {"delegated-user": "namespaces", "undelegated-user": "namespaces", "container-with-cgroups": "user"}


@cache
def ask(kind: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What doctor says there."""
    command = [sys.executable, "-m", "autograder", "doctor", *options]
    return subprocess.run(on(kind, command), capture_output=True, text=True, timeout=120 * SLOWNESS, check=False)


def rows(kind: str) -> dict[str, dict]:
    """The table by layer."""
    found = json.loads(ask(kind, "--json").stdout)
    return {layer["name"]: layer for group in ("backends", "layers", "machine") for layer in found[group]}


@pytest.mark.parametrize(("kind", "chosen"), MACHINES.items())
def test_doctor_names_the_backend_that_grade_takes(kind: str, chosen: str) -> None:
    """The strongest that works is chosen; the exit code says whether there is one."""
    done = ask(kind, "--json")
    assert json.loads(done.stdout)["chosen"] == chosen
    assert done.returncode == (0 if chosen else 1)
    assert done.stderr == ""


@pytest.mark.parametrize("kind", MACHINES)
def test_what_does_not_work_comes_with_why_and_how(kind: str) -> None:
    """Each layer that does not work says why, and how to get it."""
    for row in rows(kind).values():
        assert row["detail"]
        assert row["works"] or row["advice"]


def test_root_has_every_layer() -> None:
    """Root on this machine: both backends, control groups, Landlock."""
    found = rows("root")
    assert all(found[name]["works"] for name in ("namespaces", "user", "seccomp", "memory control group"))
    assert "own uid" in found["namespaces"]["detail"]


def test_plain_user_has_namespaces_without_control_groups() -> None:
    """A plain user is confined in a user namespace; memory is bounded otherwise, and the table says by what."""
    found = rows("plain-user")
    assert "user namespace" in found["namespaces"]["detail"]
    assert not found["memory control group"]["works"]
    assert "RLIMIT_AS" in found["memory control group"]["detail"]
    assert "root" in found["user"]["detail"]


def test_refused_user_namespaces_are_named() -> None:
    """A plain user without user namespaces has no sandbox, and learns which step was refused and what would help."""
    found = rows("no-user-namespaces")
    assert "user namespace: Operation not permitted" in found["namespaces"]["detail"]
    assert "sudo" in found["namespaces"]["advice"]
    assert not found["user namespaces"]["works"]
    assert "No sandbox works here" in ask("no-user-namespaces").stdout


@pytest.mark.parametrize("kind", ["plain-container", "plain-container-no-landlock"])
def test_plain_container_has_the_user_backend(kind: str) -> None:
    """Root in a plain container: `user` and what it stands on; Landlock is told apart."""
    found = rows(kind)
    assert "mount namespace: Operation not permitted" in found["namespaces"]["detail"]
    assert "prepared read-only tree" in found["user"]["detail"]
    assert found["Landlock"]["works"] is (kind == "plain-container")
    assert ("landlock" in found["user"]["detail"]) is (kind == "plain-container")
    assert "uses the sandbox user here" in ask(kind).stdout


@pytest.mark.skipif(not has_groups(), reason="there are no control groups v2 that share out memory (see tests/vm)")
@pytest.mark.parametrize("kind", ["plain-user", "delegated-user", "undelegated-user", "container-with-cgroups"])
def test_delegated_control_groups_are_told_apart(kind: str) -> None:
    """What was delegated is used; else the table says that it was not, and how to have it."""
    row = rows(kind)["memory control group"]
    if kind in ("delegated-user", "container-with-cgroups"):
        assert (row["works"], row["detail"]) == (True, "cgroup v2")
    else:
        reason = "may not be written" if kind == "plain-user" else "is not delegated"
        assert not row["works"]
        assert reason in row["detail"]
        assert "sudo" in row["advice"]
