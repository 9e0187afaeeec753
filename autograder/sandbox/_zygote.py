"""A warm fork server: imports what a submission will import, once, and forks one child for each use.

Usage: python -s -S -P _zygote.py CONTROL_FD

Reads /runtime/zygote.json (or the file that AUTOGRADER_ZYGOTE names): the import path, the packages to warm, the
student side's file, the backend's name. Then it answers requests on CONTROL_FD, a SOCK_SEQPACKET socket:

    request   JSON of numbers, with descriptors: [reply, wire, output, groups to join...]; of a use with GPUs also
              "devices", places in the configuration's list, and "visible", what CUDA_VISIBLE_DEVICES is set to
    replies   on `reply`, also SOCK_SEQPACKET, JSON each:
        {"pid": N} with a pidfd          the child exists
        {"ready": [layers]}              from the child: it is confined, and serves `wire`
        {"fault": "sentence"}            from the child: a layer could not be put in force; it ends
        {"status": N, "cpu_s": X, "max_rss_kib": N, "over": "memory" or "disk" or ""}
                                         the child is gone (wait status), and reaped; over: what it was killed for

Where no control group counts its memory, and no file system of its own bounds its folder, both are watched from here.

What passes through here is descriptors and numbers alone: a submission's bytes go over the child's own `wire`, so
that none of them stands in the memory that the next child inherits. End of file on CONTROL_FD ends everything.
A fork server for uses with GPUs (its configuration names "devices") never starts CUDA, which does not survive a fork.
This file imports nothing of the package's; it loads its neighbours by path.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any

CLONE_NEWPID = 0x20000000
WATCH_MS = 20
MOST_FILES = 4096
MAPS_EVERY = 10  # looks: a process of many libraries has a long list of what it maps
FIRST_FREE = 512  # above all descriptors that the fork server has, below the usual limit of 1,024
MAX_REQUEST_BYTES, MAX_DESCRIPTORS = 4096, 8

_libc = ctypes.CDLL(None, use_errno=True)


def load(name: str, path: str) -> Any:
    """A module from a file, without a package around it."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def warm_up(packages: list[Any], *, gpu: bool) -> None:
    """Import the packages and pay torch's first-use costs here, once, on one thread.

    With GPUs in sight nothing is differentiated here: torch's backward pass and its optimisers count the devices, which
    starts CUDA, and set up threads that a fork would not have.
    """
    for name in packages:
        __import__(name)
    if "numpy" in sys.modules:
        import numpy

        numpy.random.default_rng(0).normal(size=(8, 8)) @ numpy.eye(8)
        numpy.linalg.svd(numpy.eye(4))
        numpy.fft.fft(numpy.unique([0, 1]))  # these import numpy.fft and numpy.ma
    if "torch" in sys.modules:
        _warm_up_torch(gpu=gpu)


def check_untouched(nodes: list[Any]) -> None:
    """Raise RuntimeError if CUDA has been started in this process: its children could not use it."""
    torch = sys.modules.get("torch")
    opened = {os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")}
    if (torch is not None and torch.cuda.is_initialized()) or opened & set(nodes):
        raise RuntimeError("CUDA was started before the fork; no child of this process could use a GPU")


def _warm_up_torch(*, gpu: bool) -> None:
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    if gpu:
        torch.nn.functional.conv2d(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 3, 3))
        return
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    for optimiser in (torch.optim.Adam(model.parameters()), torch.optim.SGD(model.parameters(), lr=0.1)):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.zeros(2, 1, 4, 4)), torch.zeros(2, dtype=torch.long))
        loss.backward()
        optimiser.step()
    torch.manual_seed(0)  # it writes down who called it, from files that are read the first time


class Zygote:
    """The server: one request, one child; a child's end is told to whoever asked for it."""

    def __init__(self, control: socket.socket, config: dict[Any, Any]) -> None:
        self.control = control
        self.config = config
        self.backend = config["backend"]
        self.children: dict[Any, Child] = {}  # by pidfd
        self.abandoned: dict[Any, Any] = {}  # reply socket's descriptor -> the pid to kill when it hangs up
        self.made: Any = None  # in a child: its limits and descriptors
        self.use = 0  # the one that is being made: a number that tells nothing of the others
        self.mapped_bytes = 0  # by this process, warm: what a child's own limit is added to
        self.hooks: Any = None  # of modules around forks, held back
        self.confine = load("_confine", config["confine"])
        self.student_side = load("_student_side", config["student_side"])
        self.stand_ins = load("_stand_ins", config["stand_ins"])
        self.folders = load("_folders", config["folders"])
        self.pages = load("_pages", config["pages"])
        own_uids = self.backend == "user" or config.get("uids", 1) > 1
        self.counts_threads = own_uids or (self.backend == "namespaces" and self.confine.counts_threads_alone())
        self.seccomp = b""
        if self.backend != "none":
            with open(config["seccomp"], "rb") as file:
                self.seccomp = file.read()
        if self.backend == "namespaces":
            self.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def serve(self) -> None:
        """Answer requests until the control socket ends. In a child this returns: nothing of it stays on the stack."""
        self.mapped_bytes = self.confine.mapped_bytes()
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        while True:
            watched = self.children if self.config["watch"] else {}
            for descriptor, _ in poller.poll(WATCH_MS if watched else None):
                if descriptor in self.abandoned:
                    poller.unregister(descriptor)
                    os.kill(self.abandoned.pop(descriptor), signal.SIGKILL)
                elif descriptor in self.children:
                    poller.unregister(descriptor)
                    reply = self.children[descriptor].reply.fileno()
                    if self.abandoned.pop(reply, None):
                        poller.unregister(reply)
                    self.reap(descriptor)
                elif descriptor == self.control.fileno():
                    data, descriptors, _, _ = socket.recv_fds(self.control, MAX_REQUEST_BYTES, MAX_DESCRIPTORS)
                    if not data:
                        return
                    pidfd = self.spawn(json.loads(data), descriptors)
                    if self.made is not None:
                        return
                    if pidfd < 0:
                        continue
                    poller.register(pidfd, select.POLLIN)
                    # Whoever asked may die first: the reply socket then hangs up, and the child with it.
                    poller.register(descriptors[0], 0)
                    self.abandoned[descriptors[0]] = self.children[pidfd].pid
                # else: the other half of a child that was settled a moment ago, in this same round
            for child in watched.values():
                self.watch(child)

    def watch(self, child: Any) -> None:
        """Kill a child that holds more memory, or whose folder holds more, than its limits say."""
        if child.over:
            return
        if rss_bytes(child.pid) - child.warm_bytes > child.limits["memory_bytes"]:
            child.over = "memory"
        elif child.folder:
            with contextlib.suppress(OSError):
                used, files = self.folders.measure(child.folder, MOST_FILES)
                child.looks += 1
                used += self.folders.measure_nameless(
                    child.pid, child.uid, child.folder, child.limits["file_bytes"], mapped=child.looks % MAPS_EVERY == 0
                )
                if used > 2 * child.limits["disk_bytes"] or files > MOST_FILES:  # one file may be full
                    child.over = "disk"
        if child.over:
            os.kill(child.pid, signal.SIGKILL)

    def spawn(self, limits: dict[Any, Any], descriptors: list[Any]) -> int:
        """Fork a child for one use and tell its pid; returns its pidfd, or -1 where there is none and in the child."""
        self.draw_use()
        try:
            pid = self.fork()
        except OSError as error:  # no process to be had now: the next use may have one
            with socket.socket(fileno=descriptors[0]) as reply:
                self.tell(reply, json.dumps({"fault": str(error)}).encode(), [])
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            return -1
        if pid == 0:
            self.made = limits, descriptors
            return -1
        pidfd = os.pidfd_open(pid)
        reply = socket.socket(fileno=descriptors[0])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        folder = self.folder() if self.backend == "user" else ""
        warm_bytes = rss_bytes(os.getpid()) if self.config["watch"] else 0
        self.children[pidfd] = Child(pid, reply, limits, folder, self.uid(), warm_bytes)
        self.tell(reply, b'{"pid": %d}' % pid, [pidfd])
        return pidfd

    def fork(self) -> int:
        """Fork, the child being pid 1 of a pid namespace of its own where children are isolated."""
        if self.backend != "namespaces":
            return os.fork()
        if _libc.unshare(CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "unshare pid namespace")
        try:
            pid = os.fork()
        except OSError:
            _libc.setns(self.own_pid_namespace, CLONE_NEWPID)
            raise
        if pid != 0 and _libc.setns(self.own_pid_namespace, CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "return to the zygote's pid namespace")
        return pid

    def reap(self, pidfd: int) -> None:
        """Collect a child that ended and say how."""
        child = self.children.pop(pidfd)
        _, status, usage = os.wait4(child.pid, 0)
        os.close(pidfd)
        if self.backend == "user":
            end_processes_of(child.uid)
            with contextlib.suppress(OSError):  # it did not come to make one
                self.folders.remove(child.folder)
        cpu_s = usage.ru_utime + usage.ru_stime
        told = f'{{"status": {status}, "cpu_s": {cpu_s}, "max_rss_kib": {usage.ru_maxrss}, "over": "{child.over}"}}'
        self.tell(child.reply, told.encode(), [])
        child.reply.close()

    def draw_use(self) -> None:
        """Draw a number for a use, of whose uid no other is: by a count it would learn how many there were before."""
        taken = {child.uid for child in self.children.values()}
        free = self.config.get("uids", 1) > len(taken)  # else they share: a plain user's all have the one
        self.use = int.from_bytes(os.urandom(6), "big")
        while free and self.uid() in taken:
            self.use += 1

    def forget_others(self) -> None:
        """In the child: let go of the uses beside this one."""
        for child in self.children.values():
            child.reply.close()
        self.abandoned.clear()
        self.children.clear()

    def uid(self) -> int:
        """The uid of the use that is being made."""
        return int(self.config["first_uid"] + self.use % self.config["uids"]) if self.backend != "none" else -1

    def folder(self) -> str:
        """The folder of the use that is being made, from outside the tree."""
        return f"{self.config['tree']}{self.config['uses']}/{self.use}"

    def tell(self, reply: socket.socket, message: bytes, descriptors: list[Any]) -> None:
        """Send a reply; whoever asked may be gone.

        What this process does for a use is kept small: each page that it writes to is copied after a fork, and takes a
        huge page apart.
        """
        try:  # noqa: SIM105  as above
            socket.send_fds(reply, [message], descriptors, socket.MSG_NOSIGNAL)
        except OSError:
            pass

    def become_student(self) -> None:
        """In the child: confine, say so, serve the wire; never returns."""
        status = 70
        try:
            self.forget_others()
            limits, (reply, wire, output, *cgroups) = self.made
            self.made = None
            for cgroup in cgroups:
                os.write(cgroup, b"0")
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            # to numbers that are the same however many others there are; by way of high ones, which none of these has
            moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE) for descriptor in (reply, wire)]
            self.confine.close_descriptors(moved)
            reply, wire = os.dup2(moved[0], 3, inheritable=False), os.dup2(moved[1], 4, inheritable=False)
            os.closerange(moved[0], moved[1] + 1)
            try:
                self.show_devices(limits)
                layers = self.put_layers_in_force(limits)
            except OSError as error:
                os.write(reply, json.dumps({"fault": str(error)}).encode())
                os._exit(status)
            os.write(reply, b'{"ready": ["%s"]}' % '", "'.join(layers).encode())  # names of our own: it is JSON
            os.close(reply)
            if self.hooks is not None:
                self.hooks.enter_child(may_fork=False)  # where hooks are held, the filter of system calls is in force
            import random

            random.seed(0)
            self.student_side.serve(wire)
            status = 0
        except BaseException:
            traceback.print_exc()  # into the output that the TA can see
            raise
        finally:
            sys.stderr.flush()
            os._exit(status)

    def show_devices(self, limits: dict[Any, Any]) -> None:
        """Settle which GPUs this use has; CUDA reads the variable when it is started, which nobody has done yet."""
        limits |= {"gpu": False, "nodes": [], "hidden": []}
        if "devices" not in self.config:
            return
        granted = limits.get("devices", [])
        every = self.config.get("devices", [])
        mine = [node for place in granted for node in every[place]]
        shared = self.config.get("shared_nodes", []) if granted else []
        limits["gpu"] = bool(granted)
        limits["nodes"] = [*shared, *mine]
        known = [*self.config.get("shared_nodes", []), *(node for nodes in every for node in nodes)]
        limits["hidden"] = [node for node in known if node not in limits["nodes"]]
        if granted and not limits["visible"]:
            os.environ.pop("CUDA_VISIBLE_DEVICES", None)
        else:
            os.environ["CUDA_VISIBLE_DEVICES"] = limits.get("visible", "")

    def put_layers_in_force(self, limits: dict[Any, Any]) -> list[Any]:
        """Confine this process; the names of the layers, in order."""
        os.setsid()  # a process group of its own: kill(0, ...) reaches nobody else
        if self.backend == "none":
            return self.go_aside(limits)
        if self.backend == "namespaces":
            layers = self.enter_namespaces(limits)
            folders = ["/tmp", "/submission", "/dev/shm"]  # noqa: S108
        else:
            layers = self.enter_tree(limits)
            folders = [os.getcwd()]
        layers += ["no capabilities", "no_new_privs"]
        landlock = self.confine.restrict_files(folders, limits["nodes"])
        if landlock:
            layers.append(landlock)
        self.confine.filter_system_calls(self.seccomp)
        layers.append("seccomp")
        return layers

    def go_aside(self, limits: dict[Any, Any]) -> list[Any]:
        """Without a sandbox: a folder of its own, and rlimits."""
        _libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        self.confine.set_limits({**limits, "own_uid": False}, self.mapped_bytes)
        folder = f"{os.environ['TMPDIR']}/{os.getpid()}"
        os.mkdir(folder, 0o700)
        os.chdir(folder)
        return ["rlimits"]

    def enter_namespaces(self, limits: dict[Any, Any]) -> list[Any]:
        """A root and namespaces of its own; a plain user's is a user namespace more, which counts its threads."""
        own_uid = self.config["uids"] > 1
        self.confine.enter_namespaces(limits["disk_bytes"], self.uid(), self.config["under_private"], limits["hidden"])
        if not own_uid:
            self.confine.enter_user_namespace()
        self.confine.set_limits({**limits, "own_uid": self.counts_threads}, self.mapped_bytes)
        self.confine.drop_rights(self.uid())
        os.chdir("/submission")
        return [
            "pid, mount, ipc, uts, network and cgroup namespaces",
            "read-only root",
            "rlimits" if self.counts_threads else "rlimits (threads not counted)",
            "own uid" if own_uid else "user namespace",
        ]

    def enter_tree(self, limits: dict[Any, Any]) -> list[Any]:
        """A prepared tree as root, and a folder in it that is watched."""
        self.confine.set_limits({**limits, "own_uid": True}, self.mapped_bytes)
        folder = self.folder().removeprefix(self.config["tree"])
        self.confine.enter_tree(self.config["tree"], folder, self.uid())
        self.confine.drop_rights(self.uid(), seen=True)
        os.environ.update(HOME=folder, TMPDIR=folder)
        import tempfile

        tempfile.tempdir = None  # what the warm-up found
        return ["prepared read-only tree as root", "rlimits", "own uid"]


class Child:
    """A process in use: whose limits are watched, and what it was killed for."""

    def __init__(
        self, pid: int, reply: socket.socket, limits: dict[Any, Any], folder: str, uid: int, warm_bytes: int
    ) -> None:
        self.pid = pid
        self.reply = reply
        self.limits = limits
        self.folder = folder
        self.uid = uid
        self.over = ""
        self.looks = 0
        self.warm_bytes = warm_bytes


def rss_bytes(pid: int) -> int:
    """Memory of a process's own, without the files that it maps; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            kib = [int(line.split()[1]) for line in file if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:"))]
    except OSError:
        return 0
    return sum(kib) << 10


def end_processes_of(uid: int) -> None:
    """Kill whatever runs under a uid: it could make no process, but nothing hangs on that alone."""
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{int(name)}/status", encoding="ascii", errors="replace") as file:
                uids = next(line for line in file if line.startswith("Uid:")).split()[1:]
            if str(uid) in uids:
                os.kill(int(name), signal.SIGKILL)


def main() -> None:
    """Warm up and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with open(os.environ.pop("AUTOGRADER_ZYGOTE", "/runtime/zygote.json"), encoding="utf-8") as file:
        config = json.load(file)
    # The parent's death ends this process, and this one's death its children: nothing outlives a run.
    _libc.prctl(1, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever started this may ignore it, and so would all children
    sys.path[:] = config["path"]
    # Without a sandbox a child may fork, and nothing is held back.
    hooks = load("at_fork", config["at_fork"]).HeldHooks() if config["backend"] != "none" else None
    zygote = Zygote(control, config)
    nodes = [*config.get("shared_nodes", []), *(node for nodes in config.get("devices", []) for node in nodes)]
    # the last two are imported here, not above, for random registers a call for every fork
    warm_up([*config["packages"], "random", "tempfile"], gpu=bool(nodes))
    check_untouched(nodes)
    zygote.stand_ins.install()
    zygote.pages.forget_lookups()  # before the rehearsal: what that finds is what the children look for
    if not nodes:
        load("_rehearsal", config["rehearsal"]).rehearse(zygote.student_side, torch="torch" in sys.modules)
    if hooks is not None:
        hooks.stop()
        zygote.hooks = hooks
    gc.collect()
    zygote.pages.fill_gaps()
    zygote.pages.collapse()
    gc.freeze()  # the children's collector must not touch (and so copy) the pages they share
    control.send(b'{"warm": true}')
    zygote.serve()
    if zygote.made is not None:
        zygote.become_student()


if __name__ == "__main__":
    main()
