r"""Formulas that nobody writes to be read: bombs, deep nests, escapes, tricks of Unicode, near misses.

None is equivalent to `p - y`, whatever is thought of it. Run as a program, it judges each in a process of its own, with
two seconds of CPU and a gigabyte of memory, and prints a line for each: a verdict, or how the process ended.
"""

from __future__ import annotations

import os
import resource

CPU_S = 2
MEMORY = 1 << 30

BIG = "(" * 38 + "p" + "^64)" * 38
FORMULAS = [
    # powers of powers
    "9**9**9**9",
    "9^9^9^9",
    "2^60^60^60",
    "p^(9**9)",
    "9**-9**9",
    "(9^64)^64",
    "((((9^64)^64)^64)^64)^64",
    BIG,
    f"{BIG} - {BIG} + p - y + 1",
    f"{BIG}/{BIG}",
    "p^" * 40 + "p",
    "p^" * 900 + "p",
    "2^p^p^p^p^p^p^p^p",
    "p^64" * 400,
    "exp(" * 38 + "9" + ")" * 38,
    "e^" * 39 + "9",
    "exp(exp(exp(exp(p))))",
    "exp(exp(exp(exp(p)))) - exp(exp(exp(exp(y))))",
    "exp(10^20)*exp(-10^20)*(p - y) + exp(-10^20)/0.5 + 1",
    "sin(exp(exp(5)))",
    "sin(10^19)*p",
    "sin(sin(10^19*exp(70)))",
    "1e20^64",
    "99999999999999999999**64**1",
    "1e-20^64",
    "(10^64)^64 + p - y - (10^64)^64 + log(2)",
    "(10^60)^60*log(2) + p - y + 1 - log(2)*(10^60)^60",
    "p - y + exp(-exp(20*p))*exp(exp(20*p)) - 2",
    # depth and length
    "(" * 1000 + "p" + ")" * 1000,
    "{" * 1000,
    "[" * 39 + "p - y" + "]" * 39 + "+1",
    "-" * 1999 + "p",
    "+p" * 900,
    "p" * 2000,
    "(p)" * 666,
    "|" * 2000,
    "|p" * 666,
    "|(" * 400,
    "(" * 2000,
    ")" * 2000,
    "p" + "/p" * 900,
    "1/(1+" * 39 + "p" + ")" * 39,
    "\\frac{1}{1+" * 39 + "p" + "}" * 39,
    "\\frac" * 300,
    "\\frac1" * 300,
    "\\frac{p}" * 200,
    "\\sqrt" * 300,
    "log " * 39 + "p",
    "sin(" * 39 + "p" + ")" * 39,
    "sinh(" * 39 + "p" + ")" * 39,
    "tanh(" * 39 + "p" + ")" * 39,
    "tan(" * 39 + "p" + ")" * 39,
    "abs(p - " * 39 + "0.5" + ")" * 39,
    "max(p, " * 38 + "y" + ")" * 38,
    "sin(p)+" * 280 + "p",
    "tan(y)*" * 280 + "p",
    "+".join(f"sin({k}p)" for k in range(200)),
    "+".join(f"abs(p-.{k})" for k in range(170)),
    "+".join(f"1/(y-.{k})" for k in range(180)),
    "*".join(f"max(p,.{k})" for k in range(180)),
    "+".join(f"log(p+{k})" for k in range(180)),
    "*".join(f"(y-{k})^64" for k in range(150)),
    "+".join(f"p^.{k}" for k in range(1, 250)),
    "sigmoid(y)*" * 180 + "p",
    "log(p)^" * 39 + "2",
    "y^y^y^y",
    "p^y^p^y^p^y",
    "1/" * 900 + "p",
    "1/2p/2p/2p/2p" * 100,
    "log 2p" * 300,
    # no value
    "0/0",
    "1/0",
    "0^0^-1",
    "0**-1",
    "log(0)",
    "log(-1)",
    "sqrt(-1)",
    "0*log(0) + p - y",
    "(0/0)^0*(p - y)",
    "tan(pi/2)",
    "p/(sin(y)^2+cos(y)^2-1)",
    "1/(exp(y)-exp(y))",
    "inf",
    "nan",
    "1e400",
    "-1e400",
    "1_000",
    "0x10",
    "1j",
    "1e",
    "1e+",
    "..",
    ".",
    # not formulas
    "\\input{/etc/passwd}",
    "\\input p",
    "\\write18{ls}",
    "\\def\\p{y}\\p",
    "\\newcommand{\\x}{\\x\\x}\\x",
    "\\catcode`p=13",
    "%",
    "p % y",
    "__import__('os').system('id')",
    "().__class__",
    "lambda: p",
    "p if p else y",
    "p; y",
    "p\x00- y",
    "exec('p')",
    "p := y",
    "f'{p}'",
    "[p for p in (y,)]",
    "{p: y}",
    "(p, y)",
    "p, y",
    "max()",
    "max(p)",
    "max(p,y,p,y,p)",
    "log(p, y)",
    "sin",
    "frac",
    "\\",
    "\\\\" * 999,
    "p != y",
    "p == y",
    "p < y",
    "~p",
    "p // 1",
    "p @ y",
    "!p",
    "p!",
    "p'",
    '"p - y"',
    "'p - y'",
    "#p",
    "",
    # Unicode
    "\N{FULLWIDTH LATIN SMALL LETTER P} - y",
    "\N{CYRILLIC SMALL LETTER ER} - \N{CYRILLIC SMALL LETTER U}",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "\N{FULLWIDTH DIGIT ONE}",
    "p \N{RIGHT-TO-LEFT OVERRIDE}y - ",
    "p\N{ZERO WIDTH SPACE}-y",
    "\N{MATHEMATICAL ITALIC SMALL P} - y",
    "\N{SUPERSCRIPT FOUR}",
    "p\N{COMBINING OVERLINE}",
    "\N{DIVISION SLASH}",
    "\ud800",
    "\U0010ffff" * 500,
    "\N{VULGAR FRACTION ONE HALF}",
    # near misses
    "p - y + 1e-20",
    "p - y + 10^-60",
    "(p - y)*(1 + 1e-20^60)",
    "p - y + 0.000000001*sin(10^6*p)",
    "p - y + max(0, p - 0.999999)",
    "p - y + exp(-10^6*(p - 0.5)^2)/10^6",
    "p - y + abs(y - 2.999999) - 2.999999 + y",
    "p - y + " + "*".join(f"(y-{k / 8})" for k in range(-24, 25)),
    "(p^2 - y^2)/(p + y) + p - p",
    "p - y + log(exp(p)) - p*1.0000000001",
    "p - y*1^64*0.99999999999999999999",
    "sqrt((p-y)^2)",
]


def judge(text: str) -> str:
    """The verdict on a text, in the process that asks."""
    from autograder.checks import CheckFailure, symbolic

    try:
        symbolic(text, "p - y", symbols=("y", "p", "x"), domain={"p": (0, 1)})
    except CheckFailure as failure:
        return failure.finding.problem
    return "passed"


def judge_alone(text: str) -> str:
    """The verdict on a text, in a process with limits."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.write(writing, judge(text).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        verdict = pipe.read()
    _, status = os.waitpid(child, 0)
    return verdict if status == 0 else f"ended with {status}"


if __name__ == "__main__":
    import autograder.checks  # noqa: F401 - once, before the forks

    for text in FORMULAS:
        print(judge_alone(text), ascii(text)[:60], sep="\t")
