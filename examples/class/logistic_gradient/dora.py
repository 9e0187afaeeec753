# Dora

import numpy as np


def sigmoid(z):
    return np.full(np.shape(z), np.nan)


def loss(w, b, X, y):
    return float("nan")


def gradient(w, b, X, y):
    return np.full(len(w), np.nan), np.nan


def hessian(w, b, X, y):
    return np.full((len(w) + 1, len(w) + 1), np.nan)


def sgd_step(w, b, X, y, step_size):
    return np.full(len(w), np.nan), np.nan


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return np.full(np.shape(X)[1], np.nan), np.nan


def predict(w, b, X):
    return np.full(len(X), np.nan)


def derivation():
    return {k: "nan" for k in ("dl_dp", "dp_dz", "dz_dw", "dz_db", "dl_dw", "dl_db")}
