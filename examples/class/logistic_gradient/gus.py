# Gus

import numpy as np

rnd = np.random.default_rng(5)


def sigmoid(z):
    return rnd.random(np.shape(z))


def loss(w, b, X, y):
    return rnd.random()


def gradient(w, b, X, y):
    return rnd.normal(size=len(w)), rnd.normal()


def hessian(w, b, X, y):
    a = rnd.normal(size=(len(w) + 1, len(w) + 1))
    return a + a.T


def sgd_step(w, b, X, y, step_size):
    return rnd.normal(size=len(w)), rnd.normal()


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return rnd.normal(size=np.shape(X)[1]), rnd.normal()


def predict(w, b, X):
    return rnd.random(len(X))


def derivation():
    return {k: str(round(rnd.uniform(2, 9), 3)) for k in ("dl_dp", "dp_dz", "dz_dw", "dz_db", "dl_dw", "dl_db")}
