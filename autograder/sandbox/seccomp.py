"""The list of system calls that a student's process may make, as a BPF program from libseccomp.

libseccomp knows the numbers of every architecture, so the list is of names. Everything that is not on it fails with
EPERM: no fork, no exec, no socket but a pair, no namespace, no ptrace, no io_uring, no keyring.
"""

from __future__ import annotations

import ctypes
import os
from typing import Final

from autograder.errors import GraderError

_ACT_ALLOW: Final = 0x7FFF0000
_ACT_ERRNO: Final = 0x00050000
_CMP_EQ: Final = 4
_CMP_MASKED_EQ: Final = 7
_EPERM: Final = 1
_ENOSYS: Final = 38

_CLONE_THREAD: Final = 0x00010000
_CLONE_FILES: Final = 0x00000400
_CLONE_NEW_ANY: Final = 0x7E020080  # every CLONE_NEW* flag
_AF_UNIX: Final = 1
_SOL_SOCKET: Final = 1
_SOCK_STREAM: Final = 1
_SOCK_TYPE_MASK: Final = 0xF  # the rest of a socket's type are flags
_SIGNALS: Final = [number for number in range(34) if number != 9]  # 32 and 33 are the C library's own

ALLOWED: Final = """
    read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range open openat
    openat2 creat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents
    getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 ftruncate
    truncate fallocate fsync fdatasync sendfile umask utimensat dup dup2 dup3
    pipe pipe2 poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    eventfd2 statfs fstatfs chmod fchmod fchmodat symlink symlinkat link linkat recvmsg recvfrom sendto
    shutdown getsockname getpeername mmap munmap mremap mprotect brk msync
    mlock munlock membarrier futex futex_waitv set_robust_list get_robust_list set_tid_address rseq arch_prctl
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack nanosleep
    clock_nanosleep clock_gettime clock_getres gettimeofday time times getitimer setitimer alarm pause
    timerfd_create timerfd_settime timerfd_gettime getpid
    gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid uname
    sysinfo getrusage getrandom getcpu sched_yield sched_getaffinity sched_setaffinity sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min getpriority capget exit
    exit_group restart_syscall wait4 waitid get_mempolicy
""".split()


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def _equals(argument: int, value: int) -> _Comparison:
    return _Comparison(argument, _CMP_EQ, value, 0)


def _masked(argument: int, mask: int, value: int) -> _Comparison:
    return _Comparison(argument, _CMP_MASKED_EQ, mask, value)


# Calls that are allowed with certain arguments alone. A process that could have itself killed by SIGKILL would look
# like one that somebody killed from outside, which is a fault of the machine's and no score: so it cannot send that
# signal, have it sent by a timer or a descriptor, or lower a limit behind which the kernel sends it.
_CONDITIONAL: Final[dict[str, list[tuple[_Comparison, ...]]]] = {
    # threads only, with the descriptors of all: a child process is not to be had, whatever its limits
    "clone": [(_masked(0, _CLONE_THREAD | _CLONE_FILES | _CLONE_NEW_ANY, _CLONE_THREAD | _CLONE_FILES),)],
    # asyncio's self-pipe. Streams alone: an end of a pair of datagrams (SOCK_DGRAM, or SOCK_RAW, which is taken for it)
    # can be given a name and be sent to by all in the same network namespace, without bind() or connect().
    "socketpair": [(_equals(0, _AF_UNIX), _masked(1, _SOCK_TYPE_MASK, _SOCK_STREAM))],
    # SO_TYPE, SO_ERROR, SO_SNDBUF, SO_RCVBUF, SO_PROTOCOL, SO_DOMAIN; the sizes and time-outs. Not who is at the other
    # end: a descriptor of that process is to be had by SO_PEERPIDFD, and with a message by SO_PASSPIDFD
    "getsockopt": [(_equals(1, _SOL_SOCKET), _equals(2, option)) for option in (3, 4, 7, 8, 38, 39)],
    "setsockopt": [(_equals(1, _SOL_SOCKET), _equals(2, option)) for option in (7, 8, 20, 21)],
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: what Python's files ask
    "ioctl": [(_equals(1, request),) for request in (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)],
    # what allocators ask: NORMAL, DONTNEED, FREE, HUGEPAGE, NOHUGEPAGE; nothing that reaches into the page cache, by
    # which one use could whisper to the next
    "madvise": [(_equals(2, advice),) for advice in (0, 4, 8, 14, 15)],
    "prctl": [(_equals(0, option),) for option in (15, 16, 3)],  # thread names, PR_GET_DUMPABLE
    "prlimit64": [(_equals(0, 0), _equals(2, 0))],  # its own limits, to be read alone
    # by equality, of all 64 bits: "not 9" would let 9 + 2**32 pass, which the kernel takes for 9
    "kill": [(_equals(1, number),) for number in _SIGNALS],
    "tkill": [(_equals(1, number),) for number in _SIGNALS],
    "tgkill": [(_equals(2, number),) for number in _SIGNALS],
    # DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC, pipe sizes, seals: no locks, by which two uses could whisper
    "fcntl": [(_equals(1, command),) for command in (0, 1, 2, 3, 4, 1030, 1031, 1032, 1033, 1034)],
}


# What NVIDIA's driver is asked: requests of its type 'F', whatever their size, on its own files; plain small numbers
# and two large ones on /dev/nvidia-uvm. On any other file that a student has, none of these does anything.
_GPU: Final[dict[str, list[tuple[_Comparison, ...]]]] = {
    "ioctl": [
        (_masked(1, 0xFF00, 0x4600),),
        (_masked(1, 0xFFFFFF00, 0),),
        (_equals(1, 0x30000001),),
        (_equals(1, 0x30000002),),
    ],
    "madvise": [(_equals(2, 10),), (_equals(2, 11),)],  # DONTFORK and DOFORK, of pinned memory
    "mincore": [()],
    "mbind": [()],
    "set_mempolicy": [()],
}


def build_filter(*, memfd: bool, gpu: bool = False) -> bytes:
    """The BPF program for this machine's architecture.

    Args:
        gpu: allow what CUDA asks of its driver; the device files that are there decide of which device.
        memfd: allow memfd_create, and sendmsg to send one: only where a memory cgroup counts what is written there.
            A descriptor on its way through a socket keeps a file that no look at the process finds.

    Raises:
        GraderError: libseccomp is not installed, or refuses.
    """
    library = _load()
    context = library.seccomp_init(ctypes.c_uint32(_ACT_ERRNO | _EPERM))
    if not context:
        raise GraderError("libseccomp could not start a filter; run `autograder grade` again or reinstall libseccomp2.")
    try:
        for name in (*ALLOWED, "memfd_create", "sendmsg") if memfd else ALLOWED:
            _add(library, context, _ACT_ALLOW, name, ())
        for table in (_CONDITIONAL, _GPU) if gpu else (_CONDITIONAL,):
            for name, rules in table.items():
                for rule in rules:
                    _add(library, context, _ACT_ALLOW, name, rule)
        # clone3 hides its flags from a filter; told that it does not exist, the C library uses clone
        _add(library, context, _ACT_ERRNO | _ENOSYS, "clone3", ())
        return _export(library, context)
    finally:
        library.seccomp_release(ctypes.c_void_p(context))


class _Version(ctypes.Structure):
    _fields_ = (("major", ctypes.c_uint), ("minor", ctypes.c_uint), ("micro", ctypes.c_uint))


def library_version() -> str:
    """The version of libseccomp."""
    library = _load()
    library.seccomp_version.restype = ctypes.POINTER(_Version)
    version = library.seccomp_version().contents
    return f"{version.major}.{version.minor}.{version.micro}"


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2")  # find_library would ask a compiler, for a quarter of a second
    except OSError:
        raise GraderError("libseccomp is not installed; install the package libseccomp2.") from None
    library.seccomp_init.restype = ctypes.c_void_p
    return library


def _add(library: ctypes.CDLL, context: int, action: int, name: str, comparisons: tuple[_Comparison, ...]) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number < 0:
        return  # a call that this architecture does not have
    array = (_Comparison * max(1, len(comparisons)))(*comparisons)
    result = library.seccomp_rule_add_array(
        ctypes.c_void_p(context), ctypes.c_uint32(action), number, len(comparisons), array
    )
    if result != 0:
        raise GraderError(f"libseccomp refused a rule for {name} ({os.strerror(-result)}); upgrade libseccomp2.")


def _export(library: ctypes.CDLL, context: int) -> bytes:
    with open(os.memfd_create("seccomp"), "w+b") as file:  # noqa: PTH123  a descriptor, not a path
        result = library.seccomp_export_bpf(ctypes.c_void_p(context), file.fileno())
        if result != 0:
            raise GraderError(f"libseccomp could not export its filter ({os.strerror(-result)}); upgrade libseccomp2.")
        file.seek(0)
        return file.read()
