"""Gradescope's results.json, by a strict model of its documented keys (facts: the harness refuses NaN and lists)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from autograder.reports.feedback import describe_report, describe_test
from autograder.verdict import GradeReport, Outcome, ScoredTest, Visibility

MAX_OUTPUT_CHARS = 90_000  # the harness cuts at 100,000
Format = Literal["text", "html", "simple_format", "md", "ansi"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class GradescopeTest(_Strict):
    """One entry of `tests`."""

    name: str
    number: str
    score: float | None = Field(default=None, ge=0)
    """None, as with the next two: still to come; Gradescope then shows the text alone."""
    max_score: float | None = Field(default=None, ge=0)
    status: Literal["passed", "failed"] | None = None
    output: str = Field(default="", max_length=100_000)
    output_format: Format = "text"
    name_format: Format = "text"
    visibility: Visibility = "visible"
    extra_data: dict[str, Any] = {}

    @model_serializer(mode="wrap")
    def _leave_out(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in serialise(self).items() if value is not None}

    @model_validator(mode="after")
    def _clamped(self) -> GradescopeTest:
        if self.score is not None and self.max_score is not None and self.score > self.max_score:
            raise ValueError("score is above max_score")
        return self


class LeaderboardEntry(_Strict):
    """One column of the leaderboard."""

    name: str
    value: float
    order: Literal["asc", "desc"] = "asc"


class GradescopeResults(_Strict):
    """The whole file."""

    score: float = Field(ge=0)
    execution_time: float = Field(ge=0)
    output: str = Field(default="", max_length=100_000)
    output_format: Format = "text"
    test_output_format: Format = "text"
    test_name_format: Format = "text"
    visibility: Visibility = "visible"
    stdout_visibility: Visibility = "hidden"
    extra_data: dict[str, Any] = {}
    tests: list[GradescopeTest] = Field(min_length=1)
    leaderboard: list[LeaderboardEntry] = []

    @model_serializer(mode="wrap")
    def _leave_out(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in serialise(self).items() if key != "leaderboard" or value}


def render_gradescope(report: GradeReport, grader_version: str) -> GradescopeResults:
    """The student's results; no hidden source, no expected value, no path of the machine."""
    return GradescopeResults(
        score=min(report.score, report.points),
        execution_time=round(report.wall_s, 3),
        output=_cut(describe_report(report)),
        extra_data={
            "grader_version": grader_version,
            "assignment": report.assignment,
            "points": report.points,
            **({"waiting": report.waiting} if report.waiting else {}),
        },
        tests=[_render_test(number, test) for number, test in enumerate(report.tests, start=1) if test.is_shown],
        leaderboard=[
            LeaderboardEntry(name=name, value=round(value, 6))
            for test in report.tests
            if not test.blocked_by
            for name, value in test.result.measured.items()
        ],
    )


def _render_test(number: int, test: ScoredTest) -> GradescopeTest:
    passed = test.result.outcome is Outcome.PASSED and not test.blocked_by
    override = {"override": test.override.action} if test.override is not None else {}
    if override:
        passed = test.score >= test.points  # Gradescope's own rule
    worth: dict[str, Any] = {
        "score": min(test.score, test.points),
        "max_score": test.points,
        "status": "passed" if passed else "failed",
    }
    return GradescopeTest(
        name=f"{test.expected.title} (pending: {test.points:g} points)" if test.waiting else test.expected.title,
        number=str(number),
        output=_cut(describe_test(test)),
        visibility=test.expected.visibility,
        extra_data={"test": test.expected.function, "outcome": test.label, **override},
        **({} if test.waiting else worth),
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_OUTPUT_CHARS else text[:MAX_OUTPUT_CHARS] + "\n(cut here)"
