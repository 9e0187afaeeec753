"""Takes away what Windows lacks: every Python process that finds this file at its start, the student's too, runs so.

The packages that the grader builds on are imported first: they ask what system this is, and this one is not Windows.
"""

import contextlib
import ctypes
import importlib
import importlib.abc
import sys

for _name in ("numpy", "msgspec", "pydantic", "pytest", "rich.console", "rich.table", "rich.progress", "typer"):
    importlib.import_module(_name)
for _name in ("subprocess", "tempfile", "shutil", "ctypes.util", "selectors", "asyncio", "concurrent.futures.thread"):
    importlib.import_module(_name)

MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "torch")
ATTRIBUTES = {
    "os": "fork forkpty memfd_create MFD_CLOEXEC MFD_ALLOW_SEALING pidfd_open pipe2 getuid geteuid setsid setresuid "
    "killpg mkfifo sendfile O_PATH statvfs uname",
    "socket": "AF_UNIX send_fds recv_fds CMSG_SPACE SCM_RIGHTS MSG_DONTWAIT MSG_NOSIGNAL MSG_CMSG_CLOEXEC",
    "select": "poll epoll",
    "signal": "pidfd_send_signal SIGCHLD SIGHUP setitimer alarm",
    "mmap": "MAP_PRIVATE MAP_SHARED PROT_READ PROT_WRITE",
}


class Hide(importlib.abc.MetaPathFinder):
    """Refuses the modules."""

    def find_spec(self, name, path=None, target=None):
        """None for any other."""
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def load_library(name, *args, **kwargs):
    """ctypes.CDLL, which on Windows cannot load what has no name."""
    if name is None:
        raise TypeError("bad argument type for built-in operation")
    return _load_library(name, *args, **kwargs)


_load_library, ctypes.CDLL = ctypes.CDLL, load_library
for _name in MODULES:
    sys.modules.pop(_name, None)
sys.meta_path.insert(0, Hide())
for _name, _attributes in ATTRIBUTES.items():
    for _attribute in _attributes.split():
        with contextlib.suppress(AttributeError):
            delattr(importlib.import_module(_name), _attribute)
