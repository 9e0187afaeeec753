"""Gradescope's documented rules for results.json, read a second time and strictly, without anything of the package's.

Whatever is not documented is a problem: unknown keys, other types, numbers that JSON does not have, formats that are
left to Gradescope's default (which would interpret markup).
"""

from __future__ import annotations

import json
import re
from typing import Any

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}


class BrokenRuleError(Exception):
    """What is not as documented."""


def check_results(text: str) -> dict[str, Any]:
    """The parsed results; BrokenRuleError where they are not as documented."""
    if re.search(r"\b(?:NaN|-?Infinity)\b", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)):
        raise BrokenRuleError("a number that JSON does not have")
    value = json.loads(text, object_pairs_hook=_once)
    if type(value) is not dict:
        raise BrokenRuleError("no object at the top")
    for key, content in value.items():
        _check_top(key, content)
    tests = value.get("tests", [])
    for test in tests:
        _check_test(test)
    if "score" not in value and not (tests and all("score" in test for test in tests)):
        raise BrokenRuleError("no score")
    if value.get("output_format") != "text" or value.get("stdout_visibility") != "hidden":
        raise BrokenRuleError("the output is not plain text, or what was printed is shown")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise BrokenRuleError("a key twice")
    return dict(pairs)


def _check_top(key: str, content: Any) -> None:
    match key:
        case "score" | "execution_time":
            _number(content)
        case "output":
            _text(content)
        case "output_format" | "test_output_format" | "test_name_format":
            _one_of(content, FORMATS)
        case "visibility" | "stdout_visibility":
            _one_of(content, VISIBILITY)
        case "extra_data":
            _kind(content, dict)
        case "tests" | "leaderboard":
            _kind(content, list)
        case _:
            raise BrokenRuleError(f"unknown key {key}")


def _check_test(test: Any) -> None:
    _kind(test, dict)
    for key, content in test.items():
        match key:
            case "score" | "max_score":
                _number(content)
            case "name" | "number" | "output":
                _text(content)
            case "status":
                _one_of(content, {"passed", "failed"})
            case "output_format" | "name_format":
                _one_of(content, FORMATS)
            case "visibility":
                _one_of(content, VISIBILITY)
            case "extra_data":
                _kind(content, dict)
            case "tags":
                _kind(content, list)
                for tag in content:
                    _text(tag)
            case _:
                raise BrokenRuleError(f"unknown key {key} of a test")
    if test.get("score", 0) > test.get("max_score", 0):
        raise BrokenRuleError("more than the most")


def _number(content: Any) -> None:
    if type(content) not in (int, float) or content != content or abs(content) == float("inf"):
        raise BrokenRuleError(f"{content!r} is no number")


def _text(content: Any) -> None:
    if type(content) is not str or len(content) > 100_000:
        raise BrokenRuleError("no text, or one that is cut")


def _one_of(content: Any, known: set[str]) -> None:
    if content not in known:
        raise BrokenRuleError(f"{content!r} is none of {known}")


def _kind(content: Any, kind: type) -> None:
    if type(content) is not kind:
        raise BrokenRuleError(f"{content!r} is no {kind.__name__}")
