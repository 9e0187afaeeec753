"""The filter of system calls, run call by call: for this architecture, and for the other one that is supported.

A small interpreter of classic BPF runs the exported program over (architecture, number, arguments), as the kernel does;
so every number can be asked, and ARM's filter on a machine that is none.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Callable
from typing import Any

import pytest

from autograder.sandbox import seccomp

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OTHERS = {"i386": 0x40000003, "arm": 0x40000028, "riscv64": 0xC00000F3, "s390x": 0x80000016}
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
NUMBERS = range(0, 1024)
UPPER = 1 << 32

Ask = Callable[..., int]


def run(program: bytes, data: bytes) -> int:
    """What a BPF program returns for one `struct seccomp_data`; ValueError for an instruction that it may not hold."""
    instructions = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator = index = 0
    memory = [0] * 16
    while True:
        code, if_true, if_false, value = instructions[index]
        index += 1
        match code:
            case 0x20:  # load a word of the data
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x60:  # load from scratch memory
                accumulator = memory[value]
            case 0x02:  # store there
                memory[value] = accumulator
            case 0x54:  # and
                accumulator &= value
            case 0x05:  # jump
                index += value
            case 0x15 | 0x25 | 0x35 | 0x45:  # jump if equal, greater, greater or equal, any bit set
                holds = {
                    0x15: accumulator == value,
                    0x25: accumulator > value,
                    0x35: accumulator >= value,
                    0x45: bool(accumulator & value),
                }[code]
                index += if_true if holds else if_false
            case 0x06:  # return
                return value
            case _:
                raise ValueError(f"instruction {code:#x}")


class _Foreign:
    """libseccomp, whose filters are for another architecture than this machine's."""

    def __init__(self, library: ctypes.CDLL, architecture: int) -> None:
        self._library = library
        self._architecture = ctypes.c_uint32(architecture)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def seccomp_init(self, action: ctypes.c_uint32) -> int:
        """A filter for that one alone."""
        context = self._library.seccomp_init(action)
        native = self._library.seccomp_arch_native()
        if native & 0xFFFFFFFF != self._architecture.value:
            assert self._library.seccomp_arch_add(ctypes.c_void_p(context), self._architecture) == 0
            assert self._library.seccomp_arch_remove(ctypes.c_void_p(context), ctypes.c_uint32(native)) == 0
        return int(context)


def number_of(name: str, architecture: int) -> int:
    """A call's number there; negative where it has none."""
    library = ctypes.CDLL("libseccomp.so.2")
    return int(library.seccomp_syscall_resolve_name_arch(ctypes.c_uint32(architecture), name.encode()))


@pytest.fixture(params=ARCHITECTURES.values(), ids=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """One for which `build_filter` now builds."""
    if request.param == ARCHITECTURES["x86_64"] and platform.machine() != "x86_64":
        pytest.skip("the list's names are looked up among this architecture's, which has fewer")
    library = _Foreign(seccomp._load(), request.param)
    monkeypatch.setattr(seccomp, "_load", lambda: library)
    return int(request.param)


@pytest.fixture
def ask(architecture: int) -> Ask:
    """`ask(name or number, *arguments)`: what the filter says to that call."""
    program = seccomp.build_filter(memfd=False)

    def ask(call: str | int, *arguments: int, under: int = architecture) -> int:
        number = call if isinstance(call, int) else number_of(call, architecture)
        assert number >= 0, f"{call} is no call of this architecture"
        values = [*arguments, *[0x5A5A5A5A5A5A5A5A] * (6 - len(arguments))]
        return run(program, struct.pack("=IIQ6Q", number, under, 0, *values))

    return ask


def test_interpreter_finds_what_the_kernel_would() -> None:
    """Load, compare, return: a filter written by hand."""
    program = struct.pack("=HBBI", 0x20, 0, 0, 0)
    program += struct.pack("=HBBI", 0x15, 0, 1, 39) + struct.pack("=HBBI", 0x06, 0, 0, ALLOW)
    program += struct.pack("=HBBI", 0x06, 0, 0, EPERM)
    for number, answer in ((39, ALLOW), (40, EPERM)):
        assert run(program, struct.pack("=II", number, 0)) == answer
    with pytest.raises(ValueError, match="0x16"):
        run(struct.pack("=HBBI", 0x16, 0, 0, 0), b"")


def test_what_is_on_the_list_is_allowed_and_nothing_else(ask: Ask, architecture: int) -> None:
    """Of all numbers, those of the list's names pass whatever their arguments; the rest never, but by argument."""
    listed = {number_of(name, architecture) for name in seccomp.ALLOWED}
    conditional = {number_of(name, architecture) for name in seccomp._CONDITIONAL}
    assert {number for number in NUMBERS if ask(number) == ALLOW} == {number for number in listed if number >= 0}
    for number in set(NUMBERS) - listed - conditional:
        assert ask(number) == (ENOSYS if number == number_of("clone3", architecture) else EPERM)


def test_names_that_the_architecture_lacks_are_the_old_ones(architecture: int) -> None:
    """A misspelt name would be left out in silence: each is a call of x86-64, and ARM lacks the old ones alone."""
    lacking = {name for name in seccomp.ALLOWED if number_of(name, architecture) < 0}
    historical = """
        access alarm arch_prctl chmod creat dup2 epoll_wait getdents getpgrp link lstat mkdir open pause pipe poll
        readlink rename rmdir select stat symlink time unlink
    """.split()
    assert lacking == (set() if architecture == ARCHITECTURES["x86_64"] else set(historical))
    assert all(number_of(name, architecture) >= 0 for name in seccomp._CONDITIONAL)


@pytest.mark.parametrize(
    "name",
    """
    fork vfork execve execveat socket connect bind listen accept4 ptrace process_vm_readv process_vm_writev mount
    umount2 pivot_root chroot unshare setns bpf perf_event_open keyctl add_key io_uring_setup userfaultfd memfd_create
    memfd_secret init_module finit_module kexec_load reboot mknodat chown fchownat setuid setresuid setgroups capset
    seccomp landlock_restrict_self pidfd_open pidfd_send_signal pidfd_getfd rt_sigqueueinfo rt_tgsigqueueinfo
    timer_create setrlimit setpriority sched_setscheduler syslog swapon personality mlockall flock inotify_init1
    fanotify_init name_to_handle_at open_by_handle_at shmget msgget semget mq_open
    """.split(),
)
def test_call_is_refused(ask: Ask, architecture: int, name: str) -> None:
    """Calls by which a process could leave, be two, or reach another, whatever their arguments."""
    if number_of(name, architecture) < 0:
        pytest.skip("not a call of this architecture")
    for arguments in ((), (0,) * 6, (1,) * 6, (2**64 - 1,) * 6):
        assert ask(name, *arguments) == EPERM


THREAD = 0x003D0F00  # what the C library's pthread_create asks of clone


@pytest.mark.parametrize(
    ("call", "arguments", "allowed"),
    [
        ("clone", (THREAD,), True),
        ("clone", (THREAD | UPPER,), True),  # the kernel takes the lower half alone, and so does the filter
        ("clone", (17,), False),  # fork: SIGCHLD
        ("clone", (THREAD & ~0x10000,), False),
        *[("clone", (THREAD | flag,), False) for flag in (0x20000, 0x02000000, 0x10000000, 0x40000000, 0x80)],
        *[("socketpair", (1, kind), True) for kind in (1, 1 | 0o2000000, 1 | 0o4000)],
        *[("socketpair", (1, kind), False) for kind in (2, 3, 5, 2 | 0o2000000, 2 | UPPER)],
        *[("socketpair", (family, 1), False) for family in (2, 10, 16, 1 | UPPER)],
        *[("getsockopt", (3, 1, option), True) for option in (3, 4, 38, 39)],
        *[("getsockopt", (3, 1, option), False) for option in (17, 31, 59, 77, 3 | UPPER)],  # PEERCRED, PEERPIDFD
        *[("getsockopt", (3, level, 3), False) for level in (0, 6, 41)],
        *[("setsockopt", (3, 1, option), True) for option in (7, 8, 20, 21)],
        *[("setsockopt", (3, 1, option), False) for option in (16, 26, 76, 7 | UPPER)],  # PASSCRED, PASSPIDFD
        *[(call, (5, 15), True) for call in ("kill", "tkill")],
        *[(call, (5, number), False) for call in ("kill", "tkill") for number in (9, 9 | UPPER, 34, 2**64 - 1)],
        ("tgkill", (5, 5, 15), True),
        *[("tgkill", (5, 5, number), False) for number in (9, 9 | UPPER)],
        ("ioctl", (0, 0x5401), True),
        *[("ioctl", (0, request), False) for request in (0x5412, 0x541C, 0x5401 | UPPER)],  # TIOCSTI, TIOCLINUX
        ("madvise", (0, 0, 4), True),
        *[("madvise", (0, 0, advice), False) for advice in (9, 12, 21, 100)],
        ("prctl", (15,), True),
        *[("prctl", (option,), False) for option in (1, 4, 22, 23, 38, 47)],
        ("prlimit64", (0, 3, 0), True),
        *[("prlimit64", arguments, False) for arguments in ((0, 3, 4096), (7, 3, 0))],
        ("fcntl", (3, 1030), True),
        *[("fcntl", (3, command), False) for command in (6, 7, 8, 10, 37, 1024)],
    ],
)
def test_arguments_decide(ask: Ask, call: str, arguments: tuple[int, ...], allowed: bool) -> None:
    """Threads but no processes, a pair but no socket, any signal but SIGKILL, and so on."""
    assert ask(call, *arguments) == (ALLOW if allowed else EPERM)


def test_clone3_seems_not_to_exist(ask: Ask) -> None:
    """ENOSYS, on which the C library takes clone."""
    assert ask("clone3") == ENOSYS


def test_calls_of_another_architecture_are_not_allowed(ask: Ask, architecture: int) -> None:
    """A 32-bit entry, and x32's numbers, have other meanings for the same numbers: the process ends, or EPERM."""
    for under in {*ARCHITECTURES.values(), *OTHERS.values()} - {architecture}:
        assert {ask(number, under=under) for number in NUMBERS} <= {0, 0x80000000}  # kill the thread, or the process
    assert ALLOW not in {ask(number | 0x40000000) for number in NUMBERS}


@pytest.mark.parametrize("memfd", [False, True])
def test_memfd_is_a_choice(architecture: int, memfd: bool) -> None:
    """Allowed only where it is asked for."""
    data = struct.pack("=IIQ6Q", number_of("memfd_create", architecture), architecture, *[0] * 7)
    assert run(seccomp.build_filter(memfd=memfd), data) == (ALLOW if memfd else EPERM)
