"""Stand-ins for display packages inside the sandbox: they import, take any call, and do nothing.

Homework plots; a grader has no screen, and the real packages cost seconds. What is graded does not hang on them. An
attribute of a stand-in is an inert object that may be called, indexed, unpacked, entered, reckoned with and formatted.
`plt.subplots` gives axes of the shape that was asked for; a progress bar gives what it is given, so that a loop over it
loops; `get_ipython()` and `display()`, which notebooks have without an import, do nothing.
This file imports nothing of the package's.
"""

import builtins
import dis
import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

DISPLAY = (
    "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "altair", "tqdm", "IPython", "ipywidgets",
    "google",
)  # fmt: skip
_UNPACK = dis.opmap["UNPACK_SEQUENCE"]


class Inert:
    """Takes everything, does nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Itself; as a decorator the function that it is put on."""
        return args[0] if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType) else self

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _METHODS.get(name, self)

    def __setattr__(self, name: Any, value: Any) -> None:
        pass

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> Any:
        pass

    def __iter__(self) -> Any:
        return iter((self,) * _wanted(sys._getframe(1)))

    def __len__(self) -> int:
        return 2

    def __contains__(self, item: Any) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> Any:
        return False

    def __bool__(self) -> Any:
        return False

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0

    def __lt__(self, other: Any) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__

    def __repr__(self) -> Any:
        return "<display stand-in>"

    def __mro_entries__(self, bases: Any) -> Any:
        return (Inert,)


def _operate(self: Any, *others: Any) -> Any:
    return self


for _name in "add sub mul truediv floordiv mod pow matmul and or xor".split():
    setattr(Inert, f"__{_name}__", _operate)
    setattr(Inert, f"__r{_name}__", _operate)
for _name in "neg pos abs".split():
    setattr(Inert, f"__{_name}__", _operate)


def _wanted(frame: Any) -> int:
    """How many values the statement that iterates unpacks; two where it does not say."""
    code, place = frame.f_code.co_code, frame.f_lasti
    return code[place + 1] if 0 <= place < len(code) - 1 and code[place] == _UNPACK else 2


class Display(types.ModuleType):
    """A stand-in module."""

    __version__ = "0"

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


def subplots(nrows: Any = 1, ncols: Any = 1, *args: Any, squeeze: Any = True, **kwargs: Any) -> Any:
    """A figure and its axes."""
    return Inert(), make_axes(nrows, ncols, squeeze=squeeze)


def make_axes(nrows: Any = 1, ncols: Any = 1, *args: Any, squeeze: Any = True, **kwargs: Any) -> Any:
    """Axes: one, or an array of the shape that matplotlib's would have."""
    import numpy as np

    rows, columns = (count if isinstance(count, int) and 0 < count < 1000 else 1 for count in (nrows, ncols))
    axes = np.empty((rows, columns), dtype=object)
    for row in range(rows):
        for column in range(columns):
            axes[row, column] = Inert()
    if not squeeze:
        return axes
    return axes[0, 0] if axes.size == 1 else axes.squeeze()


_METHODS: dict[str, Any] = {"subplots": make_axes}  # of a figure


class Bar:
    """A progress bar: what it is given, or something that takes update() and close()."""

    def __init__(self, iterable: Any = (), *args: Any, **kwargs: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Any:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> Any:
        return False

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()

    @staticmethod
    def write(*args: Any, **kwargs: Any) -> None:
        """Nothing."""


def trange(*args: Any, **kwargs: Any) -> Any:
    """A bar over `range` of the positional arguments."""
    return Bar(range(*args))


class Shell(Inert):
    """What `get_ipython()` gives: magics and shell lines do nothing; the lines of a command's output are none."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _no_lines if name == "getoutput" else _nothing


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None


def _no_lines(*args: Any, **kwargs: Any) -> Any:
    return []


def _no_files(*args: Any, **kwargs: Any) -> Any:
    return {}


def get_ipython() -> Any:
    """A shell that does nothing."""
    return Shell()


# What of a package is more than inert, by the beginning of the module's name.
_CONTENTS: dict[str, dict[str, Any]] = {
    "tqdm": {"tqdm": Bar, "trange": trange, "tqdm_notebook": Bar, "tnrange": trange},
    "IPython": {"get_ipython": get_ipython},
    "matplotlib.pyplot": {"subplots": subplots},
    "pylab": {"subplots": subplots},
    "google.colab.files": {"upload": _no_files},
}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers the import of a display package, and of anything in one."""

    def find_spec(self, name: Any, path: Any = None, target: Any = None) -> Any:
        """A spec for a display package, else None; of `google` there is colab alone."""
        parts = name.split(".")
        if parts[0] in DISPLAY and not (parts[0] == "google" and parts[1:2] not in ([], ["colab"])):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        """An empty stand-in."""
        return Display(spec.name)

    def exec_module(self, module: Any) -> Any:
        """Put in what is more than inert."""
        for prefix, contents in _CONTENTS.items():
            if f"{module.__name__}.".startswith(f"{prefix}."):
                vars(module).update(contents)
        if module.__name__ == "google.colab":
            files = Display("google.colab.files")
            self.exec_module(files)
            module.files = files


def install() -> Any:
    """Put the stand-ins before whatever is installed, and among the builtins what a notebook has without an import."""
    sys.meta_path.insert(0, Finder())
    for name, value in (("get_ipython", get_ipython), ("display", _nothing)):
        setattr(builtins, name, value)
