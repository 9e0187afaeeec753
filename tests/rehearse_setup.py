"""Runs setup.sh a second time in the image that it made, beside other Pythons: the image grades as before.

Usage: python rehearse_setup.py [ANOTHER_PYTHONS_FOLDER]   (needs root, mmdebstrap and a network)

Not part of `make test`: `make rehearse` runs it. What must hold: the system's python3 is the same file and version
before and after, the second run ends with 0, only root can look into the unpacked zip, the reference gets all points.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tempfile
from pathlib import Path

from small_course import AUTOGRADER

from autograder.gradescope.container import Container, run_container
from autograder.gradescope.machine import Machine
from autograder.gradescope.rehearsal import (
    _BUILDER,
    _ENVIRONMENT,
    Image,
    _builders_environment,
    _builders_files,
    example_metadata,
    open_image,
    rehearse,
)

ROOT = Path(__file__).parents[1]
CACHE = Path("/var/cache/autograder-rehearsal")
SCRIPT = """
look() { python3 --version; sha256sum "$(readlink -f "$(command -v python3)")"; }
look > /before; bash /autograder/source/setup.sh || exit 1; look > /after; cmp /before /after || exit 2
stat -c %a:%U /autograder/source /autograder/source/key /autograder/source/course/assignments
"""


def main() -> None:
    """Build, set up twice, grade."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "x.zip"
        subprocess.run(
            [AUTOGRADER, "gradescope", "build", "pca_svd", "--out", bundle, "--seed", "x"], cwd=ROOT, check=True
        )
        image = open_image(bundle, CACHE, None, None, print)
        upper = Path(tempfile.mkdtemp(dir=CACHE)) / "upper"
        upper.mkdir(mode=0o755)
        again = dataclasses.replace(
            image, layers=(str(upper), *image.layers), python=sys.argv[1] if sys.argv[1:] else ""
        )
        set_up_again(image, again, upper)
        reference = ROOT / "reference" / "pca_svd" / "pca_svd.py"
        done = rehearse(again, reference, example_metadata(reference), Machine(), 600)
        subprocess.run(["rm", "-rf", upper.parent], check=True)
    assert done.outcome["results"]["score"] == 100, done.outcome
    print(f"set up twice: {done.outcome['results']['score']:g} of 100")


def set_up_again(image: Image, again: Image, upper: Path) -> None:
    """The second run, in a layer of its own; what it says is printed."""
    container = Container(
        layers=image.layers, upper=str(upper), command=("bash", "-c", SCRIPT), profile=str(image.profile), network=True,
        environment=_ENVIRONMENT | _builders_environment() | again.path, shown=_builders_files() | again.shown,
    )  # fmt: skip
    log = upper.parent / "log"
    status, _ = run_container(container, _BUILDER, log)
    text = log.read_text()
    print(text)
    assert status == 0, status
    assert text.splitlines()[-3:] == ["700:root", "600:root", "700:root"]


if __name__ == "__main__":
    main()
