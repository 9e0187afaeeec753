"""Whether CUDA works in a sandbox with granted devices: tried where no submission is near, so that the answer counts.

A test is put off when the machine cannot run it, and lost when the student's code fails in it. Which of the two it was
is never asked of a sandbox that holds the student's code.
"""

from __future__ import annotations

from typing import Any, Final

from autograder.checks.probe import Probe
from autograder.limits import Limits
from autograder.proxy.account import SandboxLostError, TestUse
from autograder.proxy.client import Submission, clean
from autograder.proxy.sockets import sandbox_channels
from autograder.sandbox import Zygote
from autograder.sandbox.devices import Grant
from autograder.testrun.accelerator import Trial

_LIMITS: Final = Limits(cpu_s=120.0, wall_s=300.0, memory_mib=4096)
_MODULE: Final = "nothing"
_GIB: Final = 1 << 30


def try_devices(sandbox: Zygote, grant: Grant, *, tensors: bool) -> Trial:
    """Start CUDA on the granted devices in a fresh use, and compute something.

    Args:
        sandbox: one whose uses are granted GPUs.
        grant: held by the caller.
        tensors: try torch's CUDA too.

    Raises:
        GraderError: the sandbox is gone.
    """
    client = Submission(
        sandbox_channels(sandbox.client(grant)), {f"{_MODULE}.py": b""}, (_MODULE,), _LIMITS, import_seed=0
    )
    client.begin_test(TestUse(seed=0, cpu_limit_s=_LIMITS.cpu_s, wall_limit_s=_LIMITS.wall_s))
    try:
        found: Any = client.probe(_START.source, _START.name, (grant.count, tensors), {})
    except SandboxLostError as lost:
        return Trial(f"CUDA ends its process: {lost.sentence.rstrip('.')}")
    except Exception as error:  # noqa: BLE001  whatever torch raises there is a reason
        return Trial(f"CUDA cannot compute ({clean(f'{type(error).__name__}: {error}')})")
    finally:
        client.close()
    return Trial(clean(str(found["reason"])), tuple(free / _GIB for free in found["free_bytes"]))


def start_cuda(count: int, tensors: bool) -> dict[str, Any]:
    """Runs in the sandbox: start the driver, ask each device for its free memory, and let torch multiply.

    It is sent as source, so it imports what it needs itself.
    """
    import ctypes

    if tensors:
        import torch

        if not torch.backends.cuda.is_built():
            return {"reason": "the installed torch is a build without CUDA", "free_bytes": []}
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return {"reason": "there is no libcuda.so.1: NVIDIA's driver is not installed", "free_bytes": []}
    code = cuda.cuInit(0)
    if code:
        return {"reason": f"cuInit failed with error {code}", "free_bytes": []}
    seen, free_bytes = ctypes.c_int(), []
    cuda.cuDeviceGetCount(ctypes.byref(seen))
    if seen.value < count:
        return {"reason": f"CUDA sees {seen.value} of {count} devices", "free_bytes": []}
    for number in range(count):
        context, free, total = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_size_t()
        code = cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), number)
        code = code or cuda.cuCtxSetCurrent(context)
        code = code or cuda.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total))
        if code:
            return {"reason": f"device {number} cannot be used (CUDA's error {code})", "free_bytes": []}
        free_bytes.append(free.value)
    if tensors:
        for number in range(count):
            x = torch.ones(64, 64, device=f"cuda:{number}", requires_grad=True)
            (x @ x).sum().backward()
            if x.grad is None or x.grad.sum().item() != 2 * 64**3:
                return {"reason": f"device {number} computes wrongly", "free_bytes": []}
    return {"reason": "", "free_bytes": free_bytes}


_START: Final = Probe(start_cuda)
