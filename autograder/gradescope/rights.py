"""Root as Docker leaves it in a container: its default capabilities, and its published profile of system calls.

Also used by the tests, to be in a plain container where no engine runs.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import struct
from collections.abc import Set
from pathlib import Path
from typing import Any, Final

# Docker's documentation, "Runtime privilege and Linux capabilities": what a container has by default.
DEFAULT_CAPABILITIES: Final = {
    "CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8,
    "NET_BIND_SERVICE": 10, "NET_RAW": 13, "SYS_CHROOT": 18, "MKNOD": 27, "AUDIT_WRITE": 29, "SETFCAP": 31,
}  # fmt: skip
ALLOW: Final = 0x7FFF0000
ERRNO: Final = 0x00050000
_CTL_NNP: Final = 3
_PR_CAPBSET_DROP: Final = 24
_COMPARISONS: Final = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}

_libc = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> None:
    """OSError if a call of the C library failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class _Comparison(ctypes.Structure):
    """libseccomp's scmp_arg_cmp."""

    _fields_ = (("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


class Filter:
    """A filter of system calls, built by libseccomp and put in force on this process.

    Args:
        default: what becomes of a call without a rule.

    Raises:
        OSError: libseccomp is not there, or refuses.
    """

    def __init__(self, default: int) -> None:
        self.library = ctypes.CDLL("libseccomp.so.2")
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.seccomp_init(ctypes.c_uint32(default)))
        check(self.library.seccomp_attr_set(self.context, _CTL_NNP, 0))  # a container's may still run setuid programs

    def add(self, action: int, name: str, arguments: list[tuple[int, int, int, int]]) -> None:
        """A rule; a call that this machine does not have is left out."""
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        array = (_Comparison * max(1, len(arguments)))(*(_Comparison(*each) for each in arguments))
        check(self.library.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, len(arguments), array))

    def load(self) -> None:
        """From now on."""
        check(self.library.seccomp_load(self.context))


def docker_filter(profile: Path, without: Set[str] = frozenset()) -> Filter:
    """Docker's profile as it is for its default capabilities, less some calls.

    Raises:
        OSError, ValueError: the profile cannot be read.
    """
    result = Filter(ERRNO | 1)
    for rule in json.loads(profile.read_text(encoding="utf-8"))["syscalls"]:
        if not _applies(rule):
            continue
        action = ALLOW if rule["action"] == "SCMP_ACT_ALLOW" else ERRNO | (rule.get("errnoRet") or 1)
        arguments = [
            (each["index"], _COMPARISONS[each["op"]], each["value"], each.get("valueTwo", 0))
            for each in rule.get("args") or []
        ]
        for name in sorted(set(rule["names"]) - without):
            result.add(action, name, arguments)
    return result


def _applies(rule: dict[str, Any]) -> bool:
    """Whether a rule of Docker's holds for its default capabilities on this architecture and kernel."""
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    held = {f"CAP_{name}" for name in DEFAULT_CAPABILITIES}
    include, exclude = rule.get("includes") or {}, rule.get("excludes") or {}
    return (
        set(include.get("caps", [])) <= held
        and (not include.get("arches") or arch in include["arches"])
        and not set(exclude.get("caps", [])) & held
        and arch not in exclude.get("arches", [])
    )


def take_dockers_rights(system_calls: Filter) -> None:
    """Give up what Docker does not leave to root.

    Raises:
        OSError: a right cannot be given up.
    """
    for number in range(64):
        if number not in DEFAULT_CAPABILITIES.values() and _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            break  # past the last one that this kernel knows
    system_calls.load()
    low = sum(1 << number for number in DEFAULT_CAPABILITIES.values())
    check(_libc.capset(struct.pack("=II", 0x20080522, 0), struct.pack("=6I", low, low, 0, 0, 0, 0)))
