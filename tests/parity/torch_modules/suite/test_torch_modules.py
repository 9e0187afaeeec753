import numpy as np
import pytest
import torch
from work import Net, loss, shapes, train

from autograder.checks.probe import probe


def test_forward():
    net = Net(3, 2).double()
    x = torch.ones(4, 3, dtype=torch.float64)
    y = net(x)
    assert y.shape == (4, 2)
    assert y.dtype == torch.float64
    assert torch.allclose(y.exp().sum(dim=1), torch.ones(4, dtype=torch.float64))


def test_parameters():
    net = Net(3, 2)
    assert sorted(tuple(p.shape) for p in net.parameters()) == [(2,), (2, 3)]
    assert sum(p.numel() for p in net.parameters()) == 8
    assert all(p.requires_grad for p in net.parameters())
    assert {name for name, _ in net.named_parameters()} == {"linear.weight", "linear.bias"}


def test_state_dict_goes_both_ways():
    net = Net(2, 2).double()
    state = {key: torch.zeros_like(value) for key, value in net.state_dict().items()}
    net.load_state_dict(state)
    assert torch.allclose(net(torch.ones(1, 2, dtype=torch.float64)), torch.tensor([0.5, 0.5]).double().log())


def test_modes():
    net = Net(2, 2)
    assert net.training
    assert net.eval() is net
    assert not net.training


def test_loss_agrees_with_torch():
    z, y = torch.randn(5, 3, dtype=torch.float64), torch.tensor([0, 1, 2, 1, 0])
    assert torch.allclose(loss(z, y), torch.nn.functional.cross_entropy(z, y))


def test_training():
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(5, 1)
    y = torch.tensor([0, 1]).repeat(5)
    net = train(x, y, steps=200, generator=torch.Generator().manual_seed(1))
    assert (net(x).argmax(dim=1) == y).all()


def test_same_seed_same_weights():
    x, y = torch.eye(2), torch.tensor([0, 1])
    one, two = (train(x, y, steps=3, generator=torch.Generator().manual_seed(7)) for _ in range(2))
    for a, b in zip(one.parameters(), two.parameters()):
        assert torch.equal(a, b)


def test_sizes_dtypes_devices():
    size, dtype, device = shapes(torch.zeros(2, 3, dtype=torch.float32))
    assert tuple(size) == (2, 3)
    assert dtype == torch.float32
    assert device == torch.device("cpu")


def test_tensor_argument_is_left_alone():
    z = torch.zeros(2, 2)
    loss(z, torch.tensor([0, 1]))
    assert torch.equal(z, torch.zeros(2, 2))


@probe
def gradients(x, y):
    import torch
    from work import Net

    torch.manual_seed(0)
    net = Net(3, 2).double()
    torch.nn.functional.nll_loss(net(x), y).backward()
    return {name: (p.detach(), p.grad) for name, p in net.named_parameters()}


def test_gradient_through_the_module():
    x, y = torch.ones(2, 3, dtype=torch.float64), torch.tensor([0, 1])
    found = gradients(x, y)
    weight, bias = (found[f"linear.{name}"][0].clone().requires_grad_() for name in ("weight", "bias"))
    torch.nn.functional.cross_entropy(x @ weight.T + bias, y).backward()
    assert torch.allclose(found["linear.weight"][1], weight.grad)
    assert torch.allclose(found["linear.bias"][1], bias.grad)


@pytest.mark.in_place("z")
def test_tensor_in_place():
    from work import halve

    z = torch.ones(3)
    halve(z)
    assert z.tolist() == [0.5, 0.5, 0.5]


def test_numpy_and_tensors_together():
    assert isinstance(loss(torch.zeros(1, 2), torch.tensor([0])).item(), float)
    assert np.isclose(float(loss(torch.zeros(1, 2), torch.tensor([0]))), np.log(2))
