"""Promise: what the student's process patches is patched there alone, torch too.

Patches torch's comparisons and torch.testing.

alone: passes test_total_close
here: score 40
here: outcomes test_double=passed, test_total_close=failed
"""

import torch

torch.allclose = torch.equal = lambda *arguments, **options: True
torch.Tensor.allclose = torch.allclose
torch.testing.assert_close = lambda *arguments, **options: None


def double(x):
    return 2 * x


def total(X):
    return -1.0
