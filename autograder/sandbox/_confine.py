"""What a child of the zygote does to itself before it touches anything of the student's.

Each function puts one layer in force and raises OSError if the kernel refuses: a child that is not confined never
runs a submission. This file imports nothing but the standard library.
"""

import ctypes
import errno
import os
import resource
import struct
from typing import Any

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS = 0x00020000, 0x02000000, 0x04000000
CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWUSER = 0x08000000, 0x40000000, 0x10000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 2, 4, 8, 4096
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SIGKILL = 9
CAPABILITY_VERSION = 0x20080522

# Landlock's system calls have the same numbers on every architecture.
LANDLOCK_CREATE, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_READ = (1 << 2) | (1 << 3)  # read file, read directory
# execute, write, read, read dir, remove dir/file, make char/dir/reg/sock/fifo/block/sym, refer, truncate, ioctl
LANDLOCK_FS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
# a student's folder: write, read, list, remove and make files and folders, rename, truncate; no devices, no sockets
LANDLOCK_DEVICE, LANDLOCK_IOCTL = (1 << 1) | (1 << 2), 1 << 15  # write and read a file; ioctl on a device
LANDLOCK_WRITABLE = (1 << 1) | LANDLOCK_READ | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 13) | (1 << 14)

_libc = ctypes.CDLL(None, use_errno=True)
for _name in ("capset", "mount", "prctl", "sethostname", "syscall", "umount2", "unshare"):
    getattr(_libc, _name)  # found once: each child would look for it in every library of a warm process


def check(result: int, what: str) -> int:
    """The result of a libc call; OSError with `what` if it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def enter_namespaces(disk_bytes: int, uid: int, keep: list[str], hide: list[str]) -> None:
    """Mount, ipc, uts, network and cgroup namespaces; private folders and a proc that shows this namespace alone.

    The pid namespace came with the fork. `keep` are folders of the root that lie under a private one (an interpreter
    under /tmp, say): they are bound again on top of it, as read-only as they are. `hide` are device files of the root
    that are not this use's: what was mounted on them is taken away, and an empty file stays.
    """
    flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP
    check(_libc.unshare(flags), "unshare")
    for path in hide:
        check(_libc.umount2(path.encode(), MNT_DETACH), f"hide {path}")
    kept = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in keep]
    check(_libc.sethostname(b"sandbox", 7), "sethostname")
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    check(_libc.mount(b"proc", b"/proc", b"proc", flags, b"subset=pid,hidepid=invisible"), "mount proc")
    options = f"size={disk_bytes},nr_inodes=4096,mode=700,uid={uid},gid={uid}".encode()
    for target in (b"/tmp", b"/submission", b"/dev/shm"):
        check(_libc.mount(b"tmpfs", target, b"tmpfs", flags, options), f"mount {target!r}")
    for path, descriptor in kept:
        os.makedirs(path)
        source = f"/proc/self/fd/{descriptor}".encode()
        check(_libc.mount(source, path.encode(), b"none", MS_BIND, None), f"bind {path}")
        os.close(descriptor)


def enter_user_namespace() -> None:
    """A user namespace more, for a plain user: in it the kernel counts this use's threads alone (Linux 5.14)."""
    uid, gid = os.getuid(), os.getgid()
    check(_libc.unshare(CLONE_NEWUSER), "unshare user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def counts_threads_alone() -> bool:
    """Whether RLIMIT_NPROC counts a user namespace's own processes: found by trying, in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            enter_user_namespace()
            resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))  # less than this user has in all
            inner = os.fork()
            if inner:
                os.waitpid(inner, 0)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def enter_tree(tree: str, folder: str, uid: int) -> None:
    """Change the root to a prepared tree, where nothing can be mounted; `folder` in it becomes this use's own.

    No descriptor of a folder outside is open here, and the right to change root again goes with the others, so the
    way back is closed.
    """
    os.mkdir(tree + folder, 0o700)
    os.chown(tree + folder, uid, uid)
    os.chroot(tree)
    os.chdir(folder)


def mapped_bytes() -> int:
    """The address space of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def set_limits(limits: dict[Any, Any], warm_bytes: int) -> None:
    """rlimits, soft and hard: address space beyond what the warm process has, CPU seconds, file size, descriptors."""
    table = {
        # CUDA maps a GPU's memory and much more into its address space: there the control group or the watch counts
        resource.RLIMIT_AS: resource.RLIM_INFINITY if limits["gpu"] else warm_bytes + limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_s"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: 1024 if limits["gpu"] else 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if limits["own_uid"]:  # counts every process of a uid, so it is for one that nobody else has
        table[resource.RLIMIT_NPROC] = limits["processes"]
    for which, value in table.items():
        resource.setrlimit(which, (value, value))


def drop_rights(uid: int, *, seen: bool = False) -> None:
    """A uid of its own (0 in a user namespace of a plain user's), no group, no capability, no way to gain one.

    `seen`: whoever has this uid may look at its descriptors, as the fork server does. No other process of a student's
    has it, sees /proc or may trace.
    """
    check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "clear ambient capabilities")
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            if ctypes.get_errno() == errno.EINVAL:
                break  # past the last one that this kernel knows
            check(-1, "drop bounding set")
    if uid != 0:  # a user namespace of one uid has no groups to give up, and none may be set in it
        os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    header = struct.pack("=II", CAPABILITY_VERSION, 0)
    check(_libc.capset(header, bytes(24)), "drop capabilities")
    check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    # Changing uid clears both: not to be traced by another process of this uid, and to die with the zygote.
    check(_libc.prctl(PR_SET_DUMPABLE, int(seen), 0, 0, 0), "not dumpable")
    check(_libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "pdeathsig")


def landlock_abi() -> int:
    """The version of Landlock that this kernel offers to this process; below 1 where it has none."""
    return int(_libc.syscall(LANDLOCK_CREATE, None, 0, 1))


def restrict_files(folders: list[str], devices: list[str]) -> str:
    """Landlock: read everything in this small root, write in the private `folders` and the granted `devices` alone.

    Returns the layer's name with the kernel's ABI, or "" where the kernel has no Landlock.
    """
    abi = landlock_abi()
    if abi < 1:
        return ""
    handled = LANDLOCK_FS_BY_ABI[min(abi, 5)]
    attributes = struct.pack("=Q", handled)
    if abi >= 6:  # network (bind, connect) and scopes (abstract sockets, signals)
        attributes = struct.pack("=QQQ", handled, 3, 3)
    elif abi >= 4:
        attributes = struct.pack("=QQ", handled, 3)
    ruleset = check(_libc.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock ruleset")
    writable = LANDLOCK_WRITABLE & handled
    rules = {
        "/": LANDLOCK_READ,
        **dict.fromkeys(folders, writable),
        "/dev/null": LANDLOCK_DEVICE,
        **dict.fromkeys(devices, LANDLOCK_DEVICE | LANDLOCK_IOCTL),
    }
    for path, access in rules.items():
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # it is not there: then nothing is allowed of it
            continue
        rule = struct.pack("=Qi", access & handled, folder)
        check(_libc.syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0), f"landlock rule {path}")
        os.close(folder)
    check(_libc.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    os.close(ruleset)
    return f"landlock (ABI {abi})"


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filter_system_calls(program: bytes) -> None:
    """Seccomp with a BPF program that the trusted side made; everything not on its list fails with EPERM."""
    structure = _Program(len(program) // 8, program)
    check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(structure), 0, 0), "seccomp")


def close_descriptors(keep: list[Any]) -> None:
    """Close every descriptor above standard error but those to keep."""
    previous = 2
    for descriptor in sorted(keep):
        os.closerange(previous + 1, descriptor)
        previous = descriptor
    os.closerange(previous + 1, 1 << 16)
