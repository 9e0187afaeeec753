# boris, hw softmax
# i do not trust broadcasting so everything is loops over plain python floats. slow but i can read it

import math
import numpy as np
import torch


def rows_of(z, name):
    a = np.asarray(z, dtype=float)
    if a.ndim != 2:
        raise ValueError(name + " must have two axes")
    if a.shape[0] == 0 or a.shape[1] == 0:
        raise ValueError(name + " is empty")
    return [[float(v) for v in row] for row in a]


def vector_of(b, name):
    a = np.asarray(b, dtype=float)
    if a.ndim != 1 or len(a) == 0:
        raise ValueError(name + " must be a non-empty vector")
    return [float(v) for v in a]


def labels_of(y, n, C):
    a = np.asarray(y)
    if a.ndim != 1 or len(a) != n:
        raise ValueError("y must have one label for each example")
    out = []
    for v in a:
        k = int(v)
        if k != v:
            raise ValueError("y has a label that is not an integer")
        if k < 0 or k >= C:
            raise ValueError("y has a label outside the classes")
        out.append(k)
    return out


def one_row_log_softmax(row):
    biggest = row[0]
    for v in row:
        if v > biggest:
            biggest = v
    total = 0.0
    for v in row:
        total += math.exp(v - biggest)
    return [v - biggest - math.log(total) for v in row]


def one_row_softmax(row):
    return [math.exp(v) for v in one_row_log_softmax(row)]


def softmax(z):
    if np.ndim(z) == 1:
        return np.array(one_row_softmax(vector_of(z, "z")))
    return np.array([one_row_softmax(r) for r in rows_of(z, "z")])


def log_softmax(z):
    if np.ndim(z) == 1:
        return np.array(one_row_log_softmax(vector_of(z, "z")))
    return np.array([one_row_log_softmax(r) for r in rows_of(z, "z")])


def cross_entropy(z, y):
    rows = rows_of(z, "z")
    labels = labels_of(y, len(rows), len(rows[0]))
    total = 0.0
    for row, k in zip(rows, labels):
        total -= one_row_log_softmax(row)[k]
    return total / len(rows)


def logits(W, b, X):
    W = rows_of(W, "W")
    X = rows_of(X, "X")
    b = vector_of(b, "b")
    if len(X[0]) != len(W):
        raise ValueError("X and W do not have the same number of features")
    if len(b) != len(W[0]):
        raise ValueError("b and W do not have the same number of classes")
    z = []
    for x in X:
        row = []
        for c in range(len(b)):
            s = b[c]
            for j in range(len(x)):
                s += x[j] * W[j][c]
            row.append(s)
        z.append(row)
    return W, b, X, z


def loss(W, b, X, y, l2=0.0):
    W, b, X, z = logits(W, b, X)
    if l2 < 0:
        raise ValueError("l2 must not be negative")
    penalty = 0.0
    for row in W:
        for w in row:
            penalty += w * w
    return cross_entropy(z, y) + l2 * penalty


def gradient(W, b, X, y, l2=0.0):
    W, b, X, z = logits(W, b, X)
    if l2 < 0:
        raise ValueError("l2 must not be negative")
    n, m, C = len(X), len(W), len(b)
    labels = labels_of(y, n, C)
    dW = np.zeros((m, C))
    db = np.zeros(C)
    for i in range(n):
        p = one_row_softmax(z[i])
        for c in range(C):
            d = p[c]
            if c == labels[i]:
                d -= 1.0
            db[c] += d / n
            for j in range(m):
                dW[j, c] += X[i][j] * d / n
    for j in range(m):
        for c in range(C):
            dW[j, c] += 2 * l2 * W[j][c]
    return dW, db


def predict(W, b, X):
    W, b, X, z = logits(W, b, X)
    out = []
    for row in z:
        best = 0
        for c in range(1, len(row)):
            if row[c] > row[best]:      # strictly, so that the lowest class keeps a tie
                best = c
        out.append(best)
    return np.array(out)


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    rows = rows_of(X, "X")
    if classes < 1:
        raise ValueError("classes must be positive")
    labels = labels_of(y, len(rows), classes)
    if step_size < 0:
        raise ValueError("step_size must not be negative")
    if epochs < 0:
        raise ValueError("epochs must not be negative")
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    if l2 < 0:
        raise ValueError("l2 must not be negative")
    n, m = len(rows), len(rows[0])
    W = np.zeros((m, classes))
    b = np.zeros(classes)
    epoch = 0
    while epoch < epochs:
        order = list(range(n))
        if rng is not None:
            rng.shuffle(order)
        position = 0
        while position < n:
            chosen = order[position:position + batch_size]
            dW, db = gradient(W, b, [rows[i] for i in chosen], [labels[i] for i in chosen], l2)
            for c in range(classes):
                b[c] -= step_size * db[c]
                for j in range(m):
                    W[j, c] -= step_size * dW[j, c]
            position += batch_size
        epoch += 1
    return W, b


# every number of the sum on its own here too; torch remembers the way back
class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(features, classes))
        self.b = torch.nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        out = []
        for i in range(x.shape[0]):
            row = []
            for c in range(self.b.shape[0]):
                s = self.b[c]
                for j in range(x.shape[1]):
                    s = s + x[i, j] * self.W[j, c]
                row.append(s)
            row = torch.stack(row)
            row = row - torch.max(row)
            out.append(row - torch.log(torch.sum(torch.exp(row))))
        return torch.stack(out)
