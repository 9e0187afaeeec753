"""course.toml's table [slurm]: defaults, and each mistake in one sentence."""

from pathlib import Path

import pytest

from autograder.course import SlurmSettings, read_slurm_settings
from autograder.errors import SpecError


def test_course_without_course_toml_has_the_defaults(tmp_path: Path) -> None:
    """The file need not be there, and neither need the table."""
    assert read_slurm_settings(tmp_path) == SlurmSettings()
    (tmp_path / "course.toml").write_text("")
    assert read_slurm_settings(tmp_path) == SlurmSettings()


def test_settings_are_read(tmp_path: Path) -> None:
    """Each key reaches its field."""
    (tmp_path / "course.toml").write_text(
        '[slurm]\npartition = "cpu,short"\naccount = "cs-10707"\ngres = "gpu:a100"\ncpus = 4\ngpu_wait_min = 0.5\n'
        'setup = ["module load python/3.11"]\nenvironment = ["LD_LIBRARY_PATH"]\n'
    )
    settings = read_slurm_settings(tmp_path)
    assert (settings.partition, settings.account, settings.gres) == ("cpu,short", "cs-10707", "gpu:a100")
    assert (settings.cpus, settings.gpu_wait_min) == (4, 0.5)
    assert (settings.setup, settings.environment) == (["module load python/3.11"], ["LD_LIBRARY_PATH"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[slurm]\npartion = "x"', "unknown key 'slurm.partion'; did you mean 'partition'?"),
        ('[slrum]\npartition = "x"', "unknown table 'slrum'; did you mean 'slurm'?"),
        ("[slurm]\ncpus = 0", "slurm.cpus: input should be greater than or equal to 1 (it is 0)."),
        ('[slurm]\naccount = "a --wrap=x"', "slurm.account cannot be 'a --wrap=x'"),
        ('[slurm]\naccount = "--wrap=x"', "slurm.account cannot be '--wrap=x'"),
        ('[slurm]\nenvironment = ["ALL,X"]', "slurm.environment.0 cannot be 'ALL,X'"),
        ('[slurm]\nenvironment = ["ALL"]', "slurm.environment: value error, variables are handed on by name"),
        ("slurm = 3", "slurm: input should be"),
        ("[slurm", "is not valid TOML"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, text: str, said: str) -> None:
    """One sentence that names the file, the place and what is wrong."""
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(SpecError) as error:
        read_slurm_settings(tmp_path)
    assert str(error.value).startswith(str(tmp_path / "course.toml"))
    assert said in str(error.value)
