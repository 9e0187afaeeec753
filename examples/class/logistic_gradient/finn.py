# Finn


def sigmoid(z):
    return 3


def loss(w, b, X, y):
    return 3


def gradient(w, b, X, y):
    return 3


def hessian(w, b, X, y):
    return 3


def sgd_step(w, b, X, y, step_size):
    return 3


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return 3


def predict(w, b, X):
    return 3


def derivation():
    return {k: "3" for k in ("dl_dp", "dp_dz", "dz_dw", "dz_db", "dl_dw", "dl_db")}
