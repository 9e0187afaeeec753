# Cleo


def sigmoid(z):
    return z


def loss(w, b, X, y):
    return w


def gradient(w, b, X, y):
    return w


def hessian(w, b, X, y):
    return w


def sgd_step(w, b, X, y, step_size):
    return w


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return X


def predict(w, b, X):
    return w


def derivation():
    return dict.fromkeys(("dl_dp", "dp_dz", "dz_dw", "dz_db", "dl_dw", "dl_db"), "y")
