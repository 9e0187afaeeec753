# Elsa


def sigmoid(z):
    # todo
    return None


def loss(w, b, X, y):
    pass


def gradient(w, b, X, y):
    # todo
    return None


def hessian(w, b, X, y):
    pass


def sgd_step(w, b, X, y, step_size):
    # todo
    return None


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    pass


def predict(w, b, X):
    # todo
    return None


def derivation():
    pass
