#!/usr/bin/env bash
# What cannot be shown without a GPU, on a machine that has one: as root, with NVIDIA's driver, and a torch built with CUDA.
#
#     tests/gpu_check.sh [PYTHON]      (.venv/bin/python if it is not given)
#
# Ends with 0 where GPU tests are graded here, 1 where something fails, 2 where the machine lacks something.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-.venv/bin/python}
"$python" -m autograder doctor || true
"$python" - <<'PYTHON' || exit 2
import sys

from autograder.sandbox.devices import find_devices
from autograder.sandbox.survey import cuda_build

found = find_devices()
if found.reason:
    sys.exit(f"no GPU: {found.reason}")
if not cuda_build():
    sys.exit("the installed torch is a build without CUDA: pip install --force-reinstall torch==2.13.0, from PyPI")
print(f"{found.count} GPUs: {', '.join(node for device in found.devices for node in device.nodes)}; CUDA {cuda_build()}")
PYTHON
exec "$python" -m pytest -ra -p no:cacheprovider tests/test_gpu.py tests/test_gpu_assignments.py tests/test_sandbox_devices.py tests/test_testrun_accelerator.py
