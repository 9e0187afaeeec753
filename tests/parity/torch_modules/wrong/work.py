import torch
import torch.nn.functional as F


class Net(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return F.log_softmax(self.linear(x), dim=0)


def loss(z, y):
    return F.cross_entropy(z.sub_(1).softmax(1), y)


def train(x, y, steps, generator):
    net = Net(x.shape[1], 2)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.zeros(p.shape))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        F.nll_loss(net(x), y).backward()
    return net


def shapes(x):
    return x.T.shape, x.dtype, 'cpu'


def halve(z):
    z = z / 2
