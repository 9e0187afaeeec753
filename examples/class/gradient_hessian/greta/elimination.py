"""Gaussian elimination with the largest entry of each column as the pivot."""
import numpy as np


class Singular(Exception):
    pass


def solve(H, g):
    M = np.column_stack([np.asarray(H, dtype=float), np.asarray(g, dtype=float)])
    n = len(M)
    scale = np.abs(M[:, :n]).max()
    for c in range(n):
        p = c + np.argmax(np.abs(M[c:, c]))
        if np.abs(M[p, c]) <= 1e-14 * scale:
            raise Singular
        M[[c, p]] = M[[p, c]]
        for r in range(c + 1, n):
            M[r] -= M[r, c] / M[c, c] * M[c]
    s = np.zeros(n)
    for c in reversed(range(n)):
        s[c] = (M[c, n] - M[c, c + 1 : n] @ s[c + 1 :]) / M[c, c]
    return s
