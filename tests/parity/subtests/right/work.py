def square(x):
    return x * x


def powers(base, count):
    return [base**exponent for exponent in range(count)]
