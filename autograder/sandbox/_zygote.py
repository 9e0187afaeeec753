"""A warm fork server: imports what a submission will import, once, and forks one child for each use.

Usage: python -s -S -P _zygote.py CONTROL_FD

Reads /runtime/zygote.json (or the file that AUTOGRADER_ZYGOTE names): the import path, the packages to warm, the
student side's file, whether children are confined. Then it answers requests on CONTROL_FD, a SOCK_SEQPACKET socket:

    request   JSON of numbers, with descriptors: [reply, wire, output, cgroup.procs...]
    replies   on `reply`, also SOCK_SEQPACKET, JSON each:
        {"pid": N} with a pidfd          the child exists
        {"ready": [layers]}              from the child: it is confined, and serves `wire`
        {"fault": "sentence"}            from the child: a layer could not be put in force; it ends
        {"status": N, "cpu_s": X, "max_rss_kib": N}     the child is gone (wait status), and reaped

What passes through here is descriptors and numbers alone: a submission's bytes go over the child's own `wire`, so
that none of them stands in the memory that the next child inherits. End of file on CONTROL_FD ends everything.
This file imports nothing of the package's; it loads its neighbours by path.
"""

import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import random
import select
import signal
import socket
import sys
import traceback
from typing import Any

CLONE_NEWPID = 0x20000000
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


def warm_up(packages: list[Any]) -> None:
    """Import the packages and pay torch's first-use costs here, once, on one thread."""
    for name in packages:
        __import__(name)
    if "numpy" in sys.modules:
        import numpy

        numpy.random.default_rng(0).normal(size=(8, 8)) @ numpy.eye(8)
        numpy.linalg.svd(numpy.eye(4))
    if "torch" in sys.modules:
        _warm_up_torch()
    gc.collect()
    gc.freeze()  # the children's collector must not touch (and so copy) the pages they share


def _warm_up_torch() -> None:
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    for optimiser in (torch.optim.Adam(model.parameters()), torch.optim.SGD(model.parameters(), lr=0.1)):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.zeros(2, 1, 4, 4)), torch.zeros(2, dtype=torch.long))
        loss.backward()
        optimiser.step()


class Zygote:
    """The server: one request, one child; a child's end is told to whoever asked for it."""

    def __init__(self, control: socket.socket, config: dict[Any, Any]) -> None:
        self.control = control
        self.config = config
        self.children: dict[Any, Any] = {}  # pidfd -> (pid, reply socket)
        self.abandoned: dict[Any, Any] = {}  # reply socket's descriptor -> the pid to kill when it hangs up
        self.uses = 0
        self.confine = load("_confine", config["confine"])
        self.student_side = load("_student_side", config["student_side"])
        self.stand_ins = load("_stand_ins", config["stand_ins"])
        self.seccomp = b""
        if config["isolated"]:
            with open(config["seccomp"], "rb") as file:
                self.seccomp = file.read()
            self.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def serve(self) -> None:
        """Answer requests until the control socket ends."""
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        while True:
            for descriptor, _ in poller.poll():
                if descriptor in self.abandoned:
                    poller.unregister(descriptor)
                    os.kill(self.abandoned.pop(descriptor), signal.SIGKILL)
                elif descriptor in self.children:
                    poller.unregister(descriptor)
                    reply = self.children[descriptor][1].fileno()
                    if self.abandoned.pop(reply, None):
                        poller.unregister(reply)
                    self.reap(descriptor)
                elif descriptor == self.control.fileno():
                    data, descriptors, _, _ = socket.recv_fds(self.control, MAX_REQUEST_BYTES, MAX_DESCRIPTORS)
                    if not data:
                        return
                    pidfd = self.spawn(json.loads(data), descriptors)
                    if pidfd < 0:
                        continue
                    poller.register(pidfd, select.POLLIN)
                    # Whoever asked may die first: the reply socket then hangs up, and the child with it.
                    poller.register(descriptors[0], 0)
                    self.abandoned[descriptors[0]] = self.children[pidfd][0]
                # else: the other half of a child that was settled a moment ago, in this same round

    def spawn(self, limits: dict[Any, Any], descriptors: list[Any]) -> int:
        """Fork a child for one use and tell its pid; returns its pidfd, or -1 where there is none."""
        self.uses += 1
        try:
            pid = self.fork()
        except OSError as error:  # no process to be had now: the next use may have one
            with socket.socket(fileno=descriptors[0]) as reply:
                self.tell(reply, {"fault": str(error)}, [])
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            return -1
        if pid == 0:
            self.become_student(limits, descriptors)
        pidfd = os.pidfd_open(pid)
        reply = socket.socket(fileno=descriptors[0])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        self.children[pidfd] = (pid, reply)
        self.tell(reply, {"pid": pid}, [pidfd])
        return pidfd

    def fork(self) -> int:
        """Fork, the child being pid 1 of a pid namespace of its own where children are isolated."""
        if not self.config["isolated"]:
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
        pid, reply = self.children.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        os.close(pidfd)
        cpu_s = usage.ru_utime + usage.ru_stime
        self.tell(reply, {"status": status, "cpu_s": cpu_s, "max_rss_kib": usage.ru_maxrss}, [])
        reply.close()

    def tell(self, reply: socket.socket, message: dict[Any, Any], descriptors: list[Any]) -> None:
        """Send a reply; whoever asked may be gone."""
        with contextlib.suppress(OSError):
            socket.send_fds(reply, [json.dumps(message).encode()], descriptors, socket.MSG_NOSIGNAL)

    def become_student(self, limits: dict[Any, Any], descriptors: list[Any]) -> None:
        """In the child: confine, say so, serve the wire; never returns."""
        status = 70
        try:
            reply, wire, output, *cgroups = descriptors
            for cgroup in cgroups:
                os.write(cgroup, b"0")
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            self.confine.close_descriptors([reply, wire])
            try:
                layers = self.put_layers_in_force(limits)
            except OSError as error:
                os.write(reply, json.dumps({"fault": str(error)}).encode())
                os._exit(status)
            os.write(reply, json.dumps({"ready": layers}).encode())
            os.close(reply)
            random.seed(0)
            self.student_side.serve(wire)
            status = 0
        except BaseException:
            traceback.print_exc()  # into the output that the TA can see
            raise
        finally:
            sys.stderr.flush()
            os._exit(status)

    def put_layers_in_force(self, limits: dict[Any, Any]) -> list[Any]:
        """Confine this process; the names of the layers, in order."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if not self.config["isolated"]:
            os.setsid()
            _libc.prctl(1, signal.SIGKILL, 0, 0, 0)
            self.confine.set_limits({**limits, "own_uid": False})
            os.chdir(os.environ["TMPDIR"])
            folder = f"{os.environ['TMPDIR']}/{os.getpid()}"
            os.mkdir(folder, 0o700)
            os.chdir(folder)
            return ["rlimits"]
        os.setsid()  # a process group of its own: kill(0, ...) reaches nobody else
        own_uid = self.config["uids"] > 1
        uid = self.config["first_uid"] + self.uses % self.config["uids"]
        self.confine.enter_namespaces(limits["disk_bytes"], uid, self.config["under_private"])
        self.confine.set_limits({**limits, "own_uid": own_uid})
        self.confine.drop_rights(uid)
        os.chdir("/submission")
        layers = [
            "pid, mount, ipc, uts, network and cgroup namespaces",
            "read-only root",
            "rlimits",
            "own uid" if own_uid else "user namespace",
            "no capabilities",
            "no_new_privs",
        ]
        landlock = self.confine.restrict_files()
        if landlock:
            layers.append(landlock)
        self.confine.filter_system_calls(self.seccomp)
        layers.append("seccomp")
        return layers


def main() -> None:
    """Warm up and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with open(os.environ.pop("AUTOGRADER_ZYGOTE", "/runtime/zygote.json"), encoding="utf-8") as file:
        config = json.load(file)
    # The parent's death ends this process, and this one's death its children: nothing outlives a run.
    _libc.prctl(1, signal.SIGKILL, 0, 0, 0)
    sys.path[:] = config["path"]
    zygote = Zygote(control, config)
    warm_up(config["packages"])
    zygote.stand_ins.install()
    control.send(b'{"warm": true}')
    zygote.serve()


if __name__ == "__main__":
    main()
