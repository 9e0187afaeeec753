import numpy as np


class Base:
    pass


class Model(Base):
    KIND = "linear"

    def __init__(self, size, scale=1.0):
        self.size = size
        self.scale = scale

    def predict(self, x):
        return self.scale * x

    __call__ = predict

    @property
    def half(self):
        return self.scale / 2

    @staticmethod
    def zero(size):
        return np.zeros(size)

    @classmethod
    def from_size(cls, size):
        return cls(size)


class Counter:
    def __init__(self):
        self.count = 0

    def add(self):
        self.count += 1
        return self


class Deck:
    def __init__(self, cards):
        self.cards = list(cards)

    def __len__(self):
        return len(self.cards)

    def __getitem__(self, index):
        return self.cards[index]


class Number:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Number(self.value + getattr(other, "value", other))

    def __sub__(self, other):
        return Number(self.value - getattr(other, "value", other))

    def __mul__(self, other):
        return Number(self.value * getattr(other, "value", other))

    __rmul__ = __mul__
    __array_ufunc__ = None

    def __matmul__(self, other):
        return self * other

    def __neg__(self):
        return Number(-self.value)

    def __abs__(self):
        return Number(abs(self.value))


def measure(thing):
    return len(thing)


def batches(x, size):
    for start in range(0, len(x), size):
        yield x[start : start + size]


def count_up():
    n = 0
    while True:
        yield n
        n += 1


class opened:
    is_open = False
    saw_error = False
    text = ""

    def __enter__(self):
        self.is_open = True
        return self

    def __exit__(self, kind, value, traceback):
        self.is_open = False
        self.saw_error = kind is ValueError
        return False

    def write(self, text):
        self.text += text
