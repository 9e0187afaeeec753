"""The rehearsal's harness: what it takes for results, what it makes of a time-out, and what it passes on."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from gradescope_rules import BrokenRuleError, check_results

from autograder.gradescope import _harness
from autograder.gradescope._harness import MAX_CHARS, find_problems, read_results

EXAMPLE = """
{"score":13.5,"execution_time":41.7,"output":"Late: 1 day.","output_format":"text","test_output_format":"text",
 "test_name_format":"text","visibility":"visible","stdout_visibility":"hidden","extra_data":{"grader_version":"0.1"},
 "tests":[
  {"name":"attention: shape","number":"1.1","score":5.0,"max_score":5.0,"status":"passed","output":"",
   "tags":["attention"],"visibility":"visible","extra_data":{"nodeid":"t.py::test_shape"}},
  {"name":"attention: numerics","number":"1.2","score":10.0,"max_score":12.0,"status":"failed",
   "output":"10/12 cases\\n","output_format":"text","visibility":"after_due_date"},
  {"name":"Required files","status":"passed"}],
 "leaderboard":[{"name":"Val loss","value":1.84,"order":"asc"},{"name":"Tokens/s","value":5200}]}
"""
BROKEN = [
    "", "[]", "3", '{"score": NaN}', '{"score": Infinity}', '{"score": -Infinity}', "{}", '{"tests": []}',
    '{"score": "3"}', '{"score": true}', '{"score": 1, "latest": 1}', '{"score": 1, "visibility": "shown"}',
    '{"score": 1, "tests": [3]}', '{"tests": [{"name": "x"}]}', '{"score": 1, "tests": [{"hide_points": true}]}',
    '{"score": 1, "tests": [{"status": "ok"}]}', '{"score": 1, "tests": {"a": 1}}', '{"score": 1, "output": 3}',
    '{"score": 1', "\ufeff{}",
]  # fmt: skip


def harness(tmp_path: Path, script: str, timeout_s: float = 20) -> dict[str, Any]:
    """The harness around a run_autograder of ours; its outcome."""
    root, incoming = tmp_path / "autograder", tmp_path / "incoming"
    for folder in (root, incoming, root / "submission", root / "results"):
        folder.mkdir()
    (incoming / "x.py").write_text("x = 1\n")
    (root / "submission" / "old.py").write_text("")
    (root / "results" / "results.json").write_text('{"score": 100}')
    (root / "run_autograder").write_text(f"#!/bin/sh\n{script}\n")
    (root / "run_autograder").chmod(0o755)
    spec = {
        "root": str(root), "incoming": str(incoming), "metadata": {"id": 1}, "timeout_s": timeout_s,
        "environment": {"SUBMISSION_URL": "u"}, "outcome": str(tmp_path / "outcome.json"),
    }  # fmt: skip
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    subprocess.run([sys.executable, "-I", _harness.__file__, tmp_path / "spec.json"], check=True, timeout=60)
    outcome = json.loads((tmp_path / "outcome.json").read_text())
    assert isinstance(outcome, dict)
    return outcome


def test_documented_example_is_taken(tmp_path: Path) -> None:
    """The documentation's own example holds by both readings of the rules."""
    assert find_problems(json.loads(EXAMPLE)) == []
    assert check_results(EXAMPLE)["score"] == 13.5


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_not_documented_is_refused(tmp_path: Path, text: str) -> None:
    """Numbers that JSON does not have, a list at the top, unknown keys and other types fail by both readings."""
    path = tmp_path / "results.json"
    path.write_text(text)
    results, reason = read_results(str(path))
    assert results is None
    assert reason
    with pytest.raises((BrokenRuleError, ValueError)):
        check_results(text)


def test_folders_are_made_anew(tmp_path: Path) -> None:
    """What lay in submission/ and results/ before is gone, the metadata is there, and both streams are kept."""
    outcome = harness(
        tmp_path,
        'ls submission results; cat submission_metadata.json; echo oops >&2; echo "$SUBMISSION_URL"\n'
        """echo '{"score": 3}' > results/results.json""",
    )
    assert outcome["state"] == "graded"
    assert outcome["results"] == {"score": 3}
    assert outcome["stdout"].split() == ["results:", "stdout", "submission:", "x.py", '{"id":', "1}oops", "u"]


@pytest.mark.parametrize("script", ["exit 0", "exit 1", "echo '[]' > results/results.json", "echo oops"])
def test_no_results_is_a_failure(tmp_path: Path, script: str) -> None:
    """Without results that can be taken there is a 0 and Gradescope's sentence; the exit code plays no part."""
    outcome = harness(tmp_path, script)
    assert outcome["state"] == "failed"
    assert outcome["results"]["score"] == 0
    assert "failed to execute correctly" in outcome["results"]["output"]


def test_exit_code_plays_no_part(tmp_path: Path) -> None:
    """Results count whatever the exit status."""
    outcome = harness(tmp_path, """echo '{"score": 3}' > results/results.json; exit 7""")
    assert (outcome["state"], outcome["status"]) == ("graded", 7)


def test_timeout_overwrites_what_was_written(tmp_path: Path) -> None:
    """At the time-out that one process is ended, and a 0 takes the place of results that were there."""
    started = time.monotonic()
    outcome = harness(
        tmp_path, """echo '{"score": 3}' > results/results.json; (sleep 2; touch survivor) & sleep 30""", timeout_s=1
    )
    assert time.monotonic() - started < 15
    assert outcome["state"] == "timed out"
    assert outcome["results"]["score"] == 0
    assert json.loads((tmp_path / "autograder" / "results" / "results.json").read_text())["score"] == 0
    time.sleep(2)
    assert (tmp_path / "autograder" / "survivor").exists()


def test_long_texts_are_cut(tmp_path: Path) -> None:
    """Outputs and what was printed are cut at 100,000 characters."""
    script = (
        f"{sys.executable} -c \"import json; long = 'x' * 200_000; print(long); "
        "json.dump({'score': 1, 'output': long, 'tests': [{'output': long}]}, open('results/results.json', 'w'))\""
    )
    outcome = harness(tmp_path, script)
    results = outcome["results"]
    assert [len(t) for t in (outcome["stdout"], results["output"], results["tests"][0]["output"])] == [MAX_CHARS] * 3
