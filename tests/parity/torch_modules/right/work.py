import torch
import torch.nn.functional as F


class Net(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return F.log_softmax(self.linear(x), dim=1)


def loss(z, y):
    return F.cross_entropy(z, y)


def train(x, y, steps, generator):
    net = Net(x.shape[1], 2)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=generator))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        F.nll_loss(net(x), y).backward()
        optimiser.step()
    return net


def shapes(x):
    return x.shape, x.dtype, x.device


def halve(z):
    z /= 2
