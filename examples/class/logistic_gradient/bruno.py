# Bruno

import numpy as np


def sigmoid(z):
    return np.zeros(np.shape(z))


def loss(w, b, X, y):
    return 0.0


def gradient(w, b, X, y):
    return np.zeros(len(w)), 0.0


def hessian(w, b, X, y):
    return np.zeros((len(w) + 1, len(w) + 1))


def sgd_step(w, b, X, y, step_size):
    return np.zeros(len(w)), 0.0


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return np.zeros(np.shape(X)[1]), 0.0


def predict(w, b, X):
    return np.zeros(len(X), dtype=int)


def derivation():
    return {key: "0" for key in ("dl_dp", "dp_dz", "dz_dw", "dz_db", "dl_dw", "dl_db")}
