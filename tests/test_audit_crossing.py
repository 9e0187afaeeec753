"""What cannot cross the boundary is found in a suite's text and named with its replacement."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.crossing import find_crossings
from autograder.spec import Assignment, AssignmentSpec

SPEC = AssignmentSpec(title="Work", modules=["work"], points=1)


def find(root: Path, text: str) -> list[str]:
    """What is said of a suite."""
    tests = root / "assignments" / "work" / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    (tests / "test_hidden.py").write_text("import work\nfrom work import Net, f\n\n\n" + text)
    return [crossing.sentence() for crossing in find_crossings(Assignment(root, "work", SPEC))]


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        ("def test_a():\n    with np.errstate(all='raise'):\n        f(1)\n", "np.errstate", "checks.no_warnings()"),
        ("def test_a():\n    with torch.no_grad():\n        f(1)\n", "torch.no_grad()", "a probe"),
        (
            "def test_a():\n    with warnings.catch_warnings():\n        f(1)\n",
            "catch_warnings",
            "checks.no_warnings()",
        ),
        ("def test_a():\n    with pytest.warns(UserWarning):\n        f(1)\n", "pytest.warns", "checks.no_warnings()"),
        ("def test_a():\n    torch.manual_seed(0)\n    f(1)\n", "torch.manual_seed(0)", "checks.seeded(seed)"),
        ("def test_a():\n    np.random.seed(0)\n    work.f(1)\n", "np.random.seed(0)", "checks.seeded(seed)"),
        ("def test_a(capsys):\n    f(1)\n", "the fixture capsys", "checks.printed()"),
        ("def test_a(monkeypatch):\n    monkeypatch.setattr(work, 'f', 1)\n", "monkeypatch.setattr of work", "a probe"),
        ("def test_a(monkeypatch):\n    monkeypatch.setattr('work.f', 1)\n", "monkeypatch.setattr", "a probe"),
        ("def test_a():\n    setattr(work, 'f', 1)\n", "setattr of work", "a probe"),
        (
            "def test_a():\n    assert isinstance(Net(), torch.nn.Module)\n",
            "torch.nn.Module",
            "the student's own class",
        ),
        ("class Mine(Net):\n    pass\n", "deriving from Net", "a probe"),
        ("def test_a():\n    torch.optim.SGD(Net().parameters(), 0.1)\n", "torch.optim.SGD", "a probe"),
    ],
)
def test_place_is_named_with_its_replacement(tmp_path: Path, text: str, what: str, instead: str) -> None:
    """Each row of the table is found, with its file, line and replacement."""
    (said,) = find(tmp_path, text)
    assert said.startswith("test_hidden.py:")
    assert what in said
    assert instead in said


@pytest.mark.parametrize(
    "text",
    [
        "def test_a():\n    with np.errstate(all='ignore'):\n        expected = 1 / np.zeros(2)\n    f(expected)\n",
        "@checks.probe\ndef run():\n    torch.manual_seed(0)\n    with torch.no_grad():\n        return f(1)\n",
        "def test_a():\n    with checks.no_warnings():\n        f(1)\n",
        "def test_a():\n    assert isinstance(Net(), Net)\n    assert isinstance(f(1), torch.Tensor)\n",
        "def test_a(monkeypatch):\n    monkeypatch.setenv('A', '1')\n",
    ],
)
def test_what_crosses_is_not_named(tmp_path: Path, text: str) -> None:
    """What acts on the test's own numbers, stands in a probe or has its replacement already is left alone."""
    assert find(tmp_path, text) == []
