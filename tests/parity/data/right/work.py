def echo(x):
    return x


def add_one(x):
    return x + 1


def make(a, b, e, c, d):
    return [a, b, e, c, d]
