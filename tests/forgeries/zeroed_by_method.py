"""Sets the gradient to zero in a method, in a test that lets only the weights be changed.

alone: passes test_step
here: all but test_step
"""


class SGD:
    def __init__(self, lr):
        pass

    def step(self, w, g):
        g[:] = 0
