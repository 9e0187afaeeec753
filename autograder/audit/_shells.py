"""What stands below the source of a shell: a module whose public names answer otherwise than the reference's do.

This text is appended to the words that `degenerate.py` writes (`SOURCE`, `NAMES`, `HOW`) and runs beside the suite like
a submission; the reference itself runs inside, under a name that nobody imports, to find out shapes.
"""

# ruff: noqa: F821  SOURCE, NAMES and HOW are written above this text
# mypy: ignore-errors

import types as _types

import numpy as _np

_inner = _types.ModuleType(__name__)
exec(compile(SOURCE, "inner", "exec"), _inner.__dict__)  # noqa: S102
_random = _np.random.default_rng(HOW[1])


def _numbers(shape):
    if HOW[0] == "random":
        return _random.normal(size=shape)
    return _np.full(shape, {"zeros": 0.0, "ones": 1.0, "nan": _np.nan}[HOW[0]])


def _fill(value):
    """Numbers of the same shape; None in the place of an object."""
    if isinstance(value, (tuple, list)):
        return type(value)(_fill(item) for item in value)
    if isinstance(value, dict):
        return {key: _fill(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(_numbers(()))
    if isinstance(value, (bool, int, float, _np.generic)):
        number = float(_numbers(()))
        return int(number) if isinstance(value, int) and number == number else number
    if isinstance(value, _np.ndarray):
        numbers = _numbers(value.shape)
        return numbers if HOW[0] == "nan" else numbers.astype(value.dtype)
    if hasattr(value, "detach"):
        return value.detach() * 0 + value.new_tensor(_numbers(tuple(value.shape)))
    return None


def _nudge(value):
    """One unit in the last place up or down in each float that is not a whole number."""
    if type(value) in (tuple, list):
        return type(value)(_nudge(item) for item in value)
    if type(value) is float:
        return value if value == int(value) else value * (1 + _np.finfo(float).eps * float(_random.choice([-1, 1])))
    if isinstance(value, _np.ndarray) and value.dtype == _np.float64 and not (value == _np.rint(value)).all():
        return value * (1 + _np.finfo(float).eps * _random.choice([-1.0, 1.0], size=value.shape))
    return value


def _answer(function, args, kwargs):
    what = HOW[0]
    if what == "raises":
        raise ValueError("this is all that this module does")
    if what in ("none", "scalar nan", "scalar one"):
        return {"none": None, "scalar nan": float("nan"), "scalar one": 1.0}[what]
    if what == "input":
        every = [*args, *kwargs.values()]
        return every[0] if every else None
    if what == "nudged arguments":
        return function(*_nudge(args), **{name: _nudge(value) for name, value in kwargs.items()})
    if what == "nudged results":
        return _nudge(function(*args, **kwargs))
    return _fill(function(*args, **kwargs))


def _shell(name):
    inner = getattr(_inner, name)
    if not isinstance(inner, type):
        return lambda *args, **kwargs: _answer(inner, args, kwargs)

    class Shell(inner):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if HOW[0] == "raises":
                raise ValueError("this is all that this module does")

        if hasattr(inner, "forward"):

            def forward(self, *args, **kwargs):
                return _answer(super().forward, args, kwargs)

    Shell.__name__ = Shell.__qualname__ = name
    if HOW[0].startswith("nudged"):  # functions of the reference that make objects make these
        setattr(_inner, name, Shell)
    return Shell


globals().update({name: _shell(name) for name in NAMES})
