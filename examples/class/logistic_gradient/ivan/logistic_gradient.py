# ivan
# TODO clean up before the deadline

from math import exp
from collections import deque
import numpy as np


def _checked_examples(X: np.ndarray) -> np.ndarray:
    """Return X as a float array of shape (n, m); raise ValueError if it has another shape or is empty."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, m) and not be empty, not {X.shape}")
    return X


def _checked_model(w: np.ndarray, b: float, X: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Return w (m,), b and X (n, m) as floats; raise ValueError if their shapes disagree."""
    w, X = np.asarray(w, dtype=np.float64), _checked_examples(X)
    if w.shape != (X.shape[1],):
        raise ValueError(f"w must have shape ({X.shape[1]},), one entry a feature of X, not {w.shape}")
    if np.shape(b) != ():
        raise ValueError(f"b must be a number, not an array of shape {np.shape(b)}")
    return w, float(b), X


def _checked_labels(y: np.ndarray, examples: int) -> np.ndarray:
    """Return y, shape (examples,), as it came; raise ValueError if a label is neither 0 nor 1."""
    y = np.asarray(y)
    if y.shape != (examples,):
        raise ValueError(f"y must have shape ({examples},), one label an example, not {y.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold labels 0 and 1")
    return y


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def sigmoid(z):
    z = np.asarray(z, dtype=np.float64)
    flat = z.ravel()
    #res = 1/(1+np.exp(-flat))   # warns!!
    res = np.array([1/(1+exp(-t)) if t>=0 else exp(t)/(1+exp(t)) for t in flat])
    return res.reshape(z.shape)


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X.dot(w)+b
    a = np.logaddexp(0,-z)   # -log p
    c = np.logaddexp(0, z)   # -log(1-p)
    return (a[y==1].sum() + c[y==0].sum())/y.size


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = sigmoid(X.dot(w)+b)
    #print(p)
    delta = p.copy()
    delta[y==1] -= 1
    return X.T.dot(delta)/y.size, delta.mean()


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    XX = np.c_[X, [1]*len(X)]
    p = sigmoid(X.dot(w)+b)
    return sum(q*(1-q)*np.outer(r,r) for q,r in zip(p,XX))/len(XX)


def sgd_step(w, b, X, y, step_size):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    g = gradient(w,b,X,y)
    return (w-step_size*g[0], b-step_size*g[1])


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    w=np.zeros(X.shape[1]); b=0.
    for ep in range(epochs):
        q = deque(range(len(X)))
        if rng is not None:
            q = deque(rng.permutation(len(X)))
        while q:
            rows = [q.popleft() for _ in range(min(batch_size,len(q)))]
            g,h = gradient(w,b,X[rows],y[rows])
            g = g + l2*w + l2*w
            w = w-step_size*g; b = b-step_size*h
    return w,b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    # p >= 1/2
    return (X.dot(w)+b >= 0)+0


def derivation():
    d = {}
    d['dl_dp'] = '(y-1)/(p-1) - y/p'
    d['dp_dz'] = 'p*(1-p)'
    d['dz_dw'] = '1*x'
    d['dz_db'] = '1'
    d['dl_dw'] = '-(y-p)*x'
    d['dl_db'] = '-(y-p)'
    return d
