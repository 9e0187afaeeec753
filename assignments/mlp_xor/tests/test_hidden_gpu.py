"""The hidden tests of mlp_xor that need a GPU; worth no points, since every laptop must be able to grade all of it.

That the weights live on the device is graded without one (test_train_device). Where a GPU is, these show that training
there works; where none is, they are put off.
"""

from typing import Any

import numpy as np
import pytest

from autograder import checks

MOST_MIB = 1024.0


@checks.probe
def trained_on(device: str, hidden: int, steps: int, seed: int, x: Any) -> Any:
    """Return how many parameters are elsewhere, and logits: on the device, and of a copy of the network on the CPU."""
    import copy

    import torch
    from mlp_xor import train

    net = train(hidden, steps, 0.1, seed, device)
    kind = torch.device(device).type
    elsewhere = sum(parameter.device.type != kind for parameter in net.parameters())
    dtype = next(net.parameters()).dtype
    rows = torch.as_tensor(x, dtype=dtype)
    with torch.no_grad():
        there = net(rows.to(device)).cpu().double().numpy().reshape(-1)
        here = copy.deepcopy(net).cpu()(rows).double().numpy().reshape(-1)
    return elsewhere, there, here


@pytest.mark.points(0)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.gpu(count=1, memory_gib=1, cpu=True)
@pytest.mark.hint("Move the network to the device, and make the data there too: .to(device), or device=device.")
def test_train_on_a_gpu(rng: np.random.Generator, device: str) -> None:
    """The parameters are on the GPU, and give there the logits that they give on the processor."""
    x = rng.normal(size=(6, 2))
    elsewhere, there, here = trained_on(device, int(rng.integers(3, 8)), 20, int(rng.integers(2**31)), x)
    assert elsewhere == 0, f"{elsewhere} parameters are elsewhere"
    # matrix products on a GPU may keep eleven bits
    checks.close(there, here, subject="the logits", rtol=1e-2, atol=1e-2)


@pytest.mark.points(0)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.gpu(count=1, memory_gib=1, cpu=True)
@pytest.mark.hint("It solves XOR on the CPU: what is computed elsewhere when device is another?")
def test_train_solves_xor_on_a_gpu(device: str) -> None:
    """Of three seeds at least one solves XOR with 8 hidden units, 2000 steps and step_size 0.1."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    solved = 0
    for seed in range(3):
        _, there, _ = trained_on(device, 8, 2000, seed, corners)
        solved += np.array_equal(there > 0, [False, True, True, False])
        if solved:
            break
    assert solved, "none of the seeds 0 to 2 solves XOR there"


@pytest.mark.points(0)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.gpu(count=1, memory_gib=2)
@pytest.mark.hint("Four corners and a few units need no room: is something kept from step to step?")
def test_train_memory_on_a_gpu(rng: np.random.Generator, device: str) -> None:
    """Training holds little of the GPU's memory, however many steps it takes."""

    def draw() -> tuple[Any, ...]:
        return device, 8, 300, int(rng.integers(2**31)), rng.normal(size=(4, 2))

    measured = checks.measure(trained_on, draw, repetitions=2, warm_up=1)
    for _, there, here in measured.results:
        checks.close(there, here, subject="the logits", rtol=1e-2, atol=1e-2)
    if measured.gpu_memory_mib is not None:
        assert measured.gpu_memory_mib <= MOST_MIB, "the device's memory fills up"
