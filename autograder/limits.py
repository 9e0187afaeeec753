"""What a submission may use, in units that the names state."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Limits of one submission's sandbox and of one test in it.

    CPU time decides: a test may use the larger of `cpu_s` and `cpu_multiple` times what the reference used for
    it in this run on this machine. Wall time is a backstop for what sleeps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    cpu_s: float = Field(default=5.0, gt=0, le=3600, description="CPU seconds a test may use, a floor")
    cpu_multiple: float = Field(default=20.0, ge=1, le=1000, description="times the reference's CPU seconds")
    wall_s: float = Field(default=60.0, gt=0, le=7200, description="wall seconds a test may wait for the student")
    import_cpu_s: float = Field(default=20.0, gt=0, le=3600, description="CPU seconds the import may use")
    memory_mib: int = Field(default=1024, ge=64, le=1 << 20)
    processes: int = Field(default=32, ge=1, le=4096, description="processes and threads together")
    output_kib: int = Field(
        default=256,
        ge=1,
        le=1 << 20,
        description="what is read of stdout and stderr; details keep 4000 characters",
    )
    disk_mib: int = Field(default=64, ge=1, le=1 << 20, description="each writable folder")
    message_mib: int = Field(default=256, ge=1, le=4096, description="arrays in one answer")
    gpus: int = Field(default=1, ge=1, le=16, description="GPUs a submission may hold, for tests marked gpu alone")

    def test_cpu_s(self, reference_cpu_s: float, floor_s: float | None = None) -> float:
        """CPU seconds one test may use, given what the reference used and a floor of the test's own."""
        return max(self.cpu_s if floor_s is None else floor_s, self.cpu_multiple * reference_cpu_s)
