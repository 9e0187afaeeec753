# exported from my notebook (Ravi)
import numpy as np
from torch import nn
import matplotlib.pyplot as plt

plt.figure()

# In[2]: checks
def check_z(z, dims, name="z"):
    z = np.array(z, dtype=float)
    if z.ndim not in dims or z.size == 0:
        raise ValueError(name + " has a wrong shape")
    return z

def check_y(y, n, C):
    y = np.array(y)
    if y.shape != (n,):
        raise ValueError("y has a wrong shape")
    if (y < 0).any() or (y >= C).any():
        raise ValueError("y has labels that do not exist")
    if y.dtype.kind not in "iu":
        raise ValueError("y must hold integers")
    return y.astype(int)

def check_all(W, b, X, l2):
    W, b, X = np.array(W, dtype=float), np.array(b, dtype=float), np.array(X, dtype=float)
    if W.ndim != 2: raise ValueError("W must be a matrix")
    if X.ndim != 2 or len(X) == 0: raise ValueError("X must be a matrix with rows")
    if X.shape[1] != W.shape[0]: raise ValueError("X and W do not fit")
    if b.shape != (W.shape[1],): raise ValueError("b and W do not fit")
    if l2 < 0: raise ValueError("l2 < 0")
    return W, b, X

# In[3]:
def softmax(z):
    z = check_z(z, (1, 2))
    e = np.exp((z.T - z.max(-1)).T)      # .T trick: works for vectors too
    return (e.T / e.sum(-1)).T

# In[4]:
def log_softmax(z):
    z = check_z(z, (1, 2))
    z = (z.T - z.max(-1)).T
    return (z.T - np.log(np.exp(z).sum(-1))).T

# In[5]:
def cross_entropy(z, y):
    z = check_z(z, (2,))
    y = check_y(y, *z.shape)
    return -np.take_along_axis(log_softmax(z), y[:, None], 1).mean()

# In[6]:
def loss(W, b, X, y, l2=0.0):
    W, b, X = check_all(W, b, X, l2)
    return cross_entropy(X.dot(W) + b, y) + l2 * np.linalg.norm(W) ** 2

# In[7]:
def gradient(W, b, X, y, l2=0.0):
    W, b, X = check_all(W, b, X, l2)
    y = check_y(y, len(X), len(b))
    P = softmax(X.dot(W) + b)
    T = np.zeros_like(P)
    T[range(len(y)), y] = 1
    return np.einsum("nm,nc->mc", X, P - T) / len(X) + 2 * l2 * W, (P - T).mean(0)

# In[8]:
def predict(W, b, X):
    W, b, X = check_all(W, b, X, 0)
    return (X.dot(W) + b).argmax(1)

# In[9]:
def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = check_z(X, (2,), "X")
    for name, value, least in (("batch_size", batch_size, 1), ("epochs", epochs, 0), ("step_size", step_size, 0),
                               ("l2", l2, 0), ("classes", classes, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}")
    y = check_y(y, len(X), classes)
    W, b, curve = np.zeros((X.shape[1], classes)), np.zeros(classes), []
    for e in range(epochs):
        p = np.arange(len(X)) if rng is None else rng.permutation(len(X))
        for part in np.split(p, range(batch_size, len(X), batch_size)):
            gW, gb = gradient(W, b, X[part], y[part], l2)
            W, b = W - step_size * gW, b - step_size * gb
        curve.append(loss(W, b, X, y, l2))
    plt.plot(curve)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.show()
    return W, b

# In[10]:
class SoftmaxClassifier(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, classes), nn.LogSoftmax(dim=1))

    def forward(self, x):
        return self.net(x)
