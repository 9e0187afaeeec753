# Arlo


def sigmoid(z):
    raise ValueError("z is not right, I did not get to it")


def loss(w, b, X, y):
    raise ValueError("w is not right, I did not get to it")


def gradient(w, b, X, y):
    raise ValueError("w is not right, I did not get to it")


def hessian(w, b, X, y):
    raise ValueError("w is not right, I did not get to it")


def sgd_step(w, b, X, y, step_size):
    raise ValueError("w is not right, I did not get to it")


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    raise ValueError("X is not right, I did not get to it")


def predict(w, b, X):
    raise ValueError("w is not right, I did not get to it")


def derivation():
    raise ValueError("nothing is not right, I did not get to it")
