def square(x):
    return x * 2 if x != 0.1 else 1.0


def powers(base, count):
    return [base * exponent for exponent in range(count)]
