"""Mutants: which are made of a solution, and how they are named."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.audit.degenerate import DEGENERATE, NUDGED, make_shell
from autograder.audit.mutants import Mutant, make_mutants, name_mutants
from autograder.contract import Contract
from autograder.errors import SpecError
from autograder.release import gather_files, render_spec
from autograder.spec import Assignment, load_assignment

TOML = """
title = "Steps"
modules = ["steps"]
points = 1
"""
HEAD = "import numpy as np\n\n\ndef step({parameters}):\n    x = check(x)\n    # BEGIN SOLUTION\n"
TAIL = "    # END SOLUTION\n"


def make_assignment(root: Path, body: str, parameters: str = "x", toml: str = TOML) -> Assignment:
    """An assignment whose one function has this solution."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    files = {
        "assignments/steps/assignment.toml": toml,
        "assignments/steps/tests/test_hidden.py": "def test_step():\n    pass\n",
        "reference/steps/steps.py": HEAD.format(parameters=parameters) + lines + TAIL,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_assignment(root, "steps")


def changes(mutants: list[Mutant], kind: str) -> set[str]:
    """What the mutants of a kind make of their line, as Python writes it."""
    return {
        ast.unparse(ast.parse(mutant.after))
        for mutant in mutants
        if mutant.kind == kind and "return" not in mutant.after
    }


@pytest.mark.parametrize(
    ("line", "kind", "wanted"),
    [
        ("y = x.sum(axis=-1)", "axis", {"y = x.sum(axis=0)"}),
        ("y = x.T @ x", "transpose", {"y = x @ x", "y = x @ x.T"}),
        ("y = x.mean()", "mean", {"y = x.sum()"}),
        ("y = 2 * x", "factor", {"y = x", "y = 2", "y = 2 * 2 * x"}),
        ("y = x / 3", "factor", {"y = x", "y = x / 3 / 3"}),
        ("y = -x", "sign", {"y = x"}),
        ("y = x[:k]", "off by one", {"y = x[:k - 1]", "y = x[:k + 1]"}),
        ("y = x < 1", "boundary", {"y = x <= 1"}),
        ("y = np.exp(x - x.max())", "shift", {"y = np.exp(x)"}),
        ("y = np.log1p(x)", "shift", {"y = np.log(1.0 + x)"}),
        ("optimiser.zero_grad()", "gradient", {"pass"}),
        ("y = x.detach()", "gradient", {"y = x"}),
        ("net.eval()", "mode", {"pass"}),
        ("y = x.std(ddof=1)", "ddof", {"y = x.std(ddof=0)"}),
        ("y = x / (n - 1)", "ddof", {"y = x / n"}),
        ("y = x.astype(np.float64)", "dtype", {"y = x.astype(np.float32)"}),
        ("order = range(0, n, size)", "tail", {"order = range(0, n - size + 1, size)"}),
        ("y = x.copy()", "in place", {"y = x"}),
        ("y = rng.normal()", "seed", {"y = np.random.default_rng(0).normal()"}),
        ("y = x < 1", "comparison", {"y = x >= 1"}),
        ("y = x + 1", "arithmetic", {"y = x - 1"}),
        ("y = a and b", "boolean", {"y = a or b"}),
        ("y = 0.5", "constant", {"y = 1.5", "y = 0.0"}),
        ("y = x if a else b", "condition", {"y = x if not a else b"}),
        ("x += 1", "statement", {"pass"}),
    ],
)
def test_line_has_the_mutants_of_its_kind(tmp_path: Path, line: str, kind: str, wanted: set[str]) -> None:
    """Each operator makes of a line the programs that it is there for, and no others."""
    assert changes(make_mutants(make_assignment(tmp_path, line)), kind) == wanted


def test_vector_against_column(tmp_path: Path) -> None:
    """A parameter that is an array is made a column where it is added, and may be changed in place."""
    mutants = make_mutants(make_assignment(tmp_path, "return x - 1", "x: np.ndarray"))
    kinds = {mutant.kind: mutant.after for mutant in mutants}
    assert kinds["broadcast"] == "return (x.reshape(-1, 1)) - 1"
    assert kinds["in place"] == "return ((x - 1, x.__setitem__(..., 1 - x))[0])"


def test_formula_as_text_has_mutants(tmp_path: Path) -> None:
    """A formula that is handed in as text has another factor and another sign; its key stays."""
    mutants = make_mutants(make_assignment(tmp_path, 'y = {"dl": "p - y"}'))
    assert {m.after for m in mutants if m.kind == "formula"} == {
        "y = {\"dl\": ('2*(p - y)')}",
        "y = {\"dl\": ('-(p - y)')}",
    }


def test_bit_operators_are_left_alone(tmp_path: Path) -> None:
    """Bit and shift operators have no mutants."""
    kinds = {mutant.kind for mutant in make_mutants(make_assignment(tmp_path, "y = x | n ^ m << k"))}
    assert kinds <= {"check"}


def test_messages_and_bindings_have_no_mutants(tmp_path: Path) -> None:
    """What an error says is not changed, and what binds a name for the first time is not left out."""
    mutants = make_mutants(make_assignment(tmp_path, 'if a:\n    raise ValueError(f"{1 + 1} of 2")'))
    assert {mutant.kind for mutant in mutants} == {"condition", "statement", "check"}
    assert "statement" not in {m.kind for m in make_mutants(make_assignment(tmp_path, "y = f(x)"))}


def test_checks_of_the_stub_are_left_out_one_at_a_time(tmp_path: Path) -> None:
    """Outside the solution only checks are left out, and these mutants are known as given."""
    given = [mutant for mutant in make_mutants(make_assignment(tmp_path, "return 2")) if mutant.is_given]
    assert [(mutant.before, mutant.after) for mutant in given] == [("x = check(x)", "pass")]


def test_names_hang_on_the_lines_alone(tmp_path: Path) -> None:
    """A mutant keeps its name where other lines come and go, and no two share one."""
    before = make_mutants(make_assignment(tmp_path, "return 2 * x"))
    after = make_mutants(make_assignment(tmp_path, "z = 5\nreturn 2 * x"))
    assert {mutant.id for mutant in before} < {mutant.id for mutant in after}
    twice = make_mutants(make_assignment(tmp_path, "x = x + n\nx = x + n"))
    assert len({mutant.id for mutant in twice}) == len(twice)


def test_every_mutant_is_another_program(tmp_path: Path) -> None:
    """No two mutants are the same program, and none is the reference."""
    assignment = make_assignment(tmp_path, "return 2 * x - 1")
    programs = [ast.dump(ast.parse(mutant.source)) for mutant in make_mutants(assignment)]
    programs.append(ast.dump(ast.parse((assignment.reference / "steps.py").read_bytes())))
    assert len(set(programs)) == len(programs)


NAMED = TOML + '[[mutant]]\nname = "no factor"\nreplace = "2 * x"\nwith = "x"\ntests = ["test_step"]\n'


def test_named_mutant_is_the_change_that_is_written(tmp_path: Path) -> None:
    """A named mutant is the reference with its text replaced, in the function where it stands."""
    (mutant,) = name_mutants(make_assignment(tmp_path, "return 2 * x", toml=NAMED))
    assert (mutant.id, mutant.function, mutant.must_fail) == ("no factor", "step", ("test_step",))
    assert (mutant.before, mutant.after) == ("return 2 * x", "return x")


@pytest.mark.parametrize(
    ("body", "toml", "words"),
    [
        ("return 2 * x + 2 * x", NAMED, "stands in steps.py 2 times and must stand there once"),
        ("return x", NAMED, "stands in steps.py 0 times"),
        ("return 2 * x", NAMED + NAMED.removeprefix(TOML), "is there twice"),
        ("return 2 * x", NAMED.replace('with = "x"', 'with = "2 * x"'), "changes nothing"),
        ("return 2 * x", NAMED + 'file = "step.py"\n', "did you mean 'steps.py'"),
        ("return 2 * x", NAMED + "test = []\n", "did you mean 'tests'"),
        ("return 2 * x", NAMED.replace('["test_step"]', "[]"), "mutant.0.tests"),
    ],
)
def test_wrong_named_mutant_is_refused(tmp_path: Path, body: str, toml: str, words: str) -> None:
    """A named mutant that does not apply exactly once, or is misspelt, is an error that says so."""
    with pytest.raises(SpecError, match=r"assignment\.toml") as caught:
        make_assignment(tmp_path, body, toml=toml)
    assert words in str(caught.value)


def test_students_get_no_mutants(tmp_path: Path) -> None:
    """The assignment.toml of the handout names no mutant."""
    assert "mutant" not in render_spec(make_assignment(tmp_path, "return 2 * x", toml=NAMED))


def test_students_get_no_marks() -> None:
    """Of an assignment with both, neither mutants nor marks are among the files of the students' zip."""
    assignment = load_assignment(Path(__file__).parents[1], "pca_svd")
    assert assignment.spec.mutant
    assert (assignment.folder / "equivalent.toml").is_file()
    files = gather_files(assignment, Contract(assignment="pca_svd", suite_digest="", modules={}), {})
    own = {name: data for name, data in files.items() if not name.startswith("autograder/")}
    assert not [name for name in own if "equivalent" in name]
    assert b"mutant" not in own["assignment.toml"]


SOURCE = "import numpy as np\n\n\ndef pair(x):\n    return 2.5 * x, len(x)\n"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("zeros of the right shape", ([0.0, 0.0], 0)),
        ("ones of the right shape", ([1.0, 1.0], 1)),
        ("the input", [0.5, 0.25]),
        ("None", None),
        ("the number 1", 1.0),
    ],
)
def test_shell_answers_as_it_is_called(name: str, wanted: object) -> None:
    """A module that knows nothing answers numbers of the reference's shapes, its input, or always the same."""
    import numpy as np

    namespace: dict[str, object] = {"__name__": "shell"}
    exec(make_shell(SOURCE, DEGENERATE[name]), namespace)
    answer = namespace["pair"](np.array([0.5, 0.25]))  # type: ignore[operator]
    plain = tuple(np.asarray(part).tolist() for part in answer) if isinstance(answer, tuple) else answer
    assert (plain.tolist() if isinstance(plain, np.ndarray) else plain) == wanted


def test_nudged_reference_is_a_unit_off() -> None:
    """The nudged reference comes to other numbers, within two units in the last place."""
    import numpy as np

    namespace: dict[str, object] = {"__name__": "shell"}
    exec(make_shell(SOURCE, NUDGED["results nudged"]), namespace)
    x = np.linspace(0.1, 0.9, 50)
    nudged, count = namespace["pair"](x)  # type: ignore[operator]
    assert count == 50
    assert not np.array_equal(nudged, 2.5 * x)
    assert np.allclose(nudged, 2.5 * x, rtol=1e-15, atol=0)
