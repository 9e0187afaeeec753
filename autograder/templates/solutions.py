"""The solution blocks of a reference: the stub without them, and the module cut into what is given and what is asked.

A block goes from a line `# BEGIN SOLUTION` to a line `# END SOLUTION`, the marks that nbgrader and Otter know too. In a
function it becomes `# YOUR CODE HERE` and `raise NotImplementedError()`; at the top level, where a helper of the
solution may stand, only the comment: a stub can be imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import SpecError

BEGIN: Final = "# BEGIN SOLUTION"
END: Final = "# END SOLUTION"
PLACEHOLDER: Final = ("# YOUR CODE HERE", "raise NotImplementedError()")


@dataclass(frozen=True)
class Block:
    """A solution block: its marks' lines, counted from 1, and its indentation."""

    begin: int
    end: int
    indent: str


@dataclass(frozen=True)
class Segment:
    """A part of a module: what is given to students as it stands, or one exercise.

    Attributes:
        name: the function or class that is asked for; empty where the segment is given.
        source: the reference's lines.
        first_line: where they begin, counted from 1.
    """

    name: str
    source: str
    first_line: int


def make_stub(source: str, path: Path) -> str:
    """The module without its solutions; `path` is for the messages.

    Raises:
        SpecError: a mark has no partner, there is no solution, or what is left is no Python.
    """
    stub = leave_out(source, path)
    if stub == source:
        raise SpecError(f"{path} holds no {BEGIN}, so the stub would be the solution; mark what students write.")
    _parse(stub, f"The stub of {path}")
    return stub


def leave_out(source: str, path: Path, *, keep_marks: bool = False) -> str:
    """Replace each solution block by the placeholder, between its marks if they are kept.

    Raises:
        SpecError: a mark has no partner.
    """
    lines = source.splitlines(keepends=True)
    for block in reversed(find_blocks(source, path)):
        placeholder = PLACEHOLDER if block.indent else PLACEHOLDER[:1]
        marked = (BEGIN, *placeholder, END) if keep_marks else placeholder
        lines[block.begin - 1 : block.end] = [f"{block.indent}{line}\n" for line in marked]
    return "".join(lines)


def find_blocks(source: str, path: Path) -> list[Block]:
    """The solution blocks in their order.

    Raises:
        SpecError: a mark has no partner, or stands in another block.
    """
    blocks: list[Block] = []
    begin = 0
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() == BEGIN:
            if begin:
                raise SpecError(f"{path}:{number}: {BEGIN} stands in the block that begins at line {begin}; end that.")
            begin = number
        elif line.strip() == END:
            if not begin:
                raise SpecError(f"{path}:{number}: {END} has no {BEGIN} before it; add one or take it out.")
            first = source.splitlines()[begin - 1]
            blocks.append(Block(begin, number, first[: len(first) - len(first.lstrip())]))
            begin = 0
    if begin:
        raise SpecError(f"{path}:{begin}: {BEGIN} has no {END} after it; add one.")
    return blocks


def cut_module(source: str, path: Path) -> list[Segment]:
    """The module after its docstring, cut at the top level: neighbours that are given are one segment.

    Raises:
        SpecError: it is no Python, or a mark has no partner.
    """
    lines = source.splitlines(keepends=True)
    segments: list[Segment] = []
    for name, first, last in _cut(_parse(source, str(path)), find_blocks(source, path), len(lines)):
        text = "".join(lines[first - 1 : last])
        if segments and not name and not segments[-1].name:
            before = segments.pop()
            segments.append(Segment("", before.source + text, before.first_line))
        elif text.strip():
            segments.append(Segment(name, text, first))
    return segments


def read_docstring(source: str, path: Path) -> str:
    """The module's docstring; empty where there is none.

    Raises:
        SpecError: it is no Python.
    """
    return ast.get_docstring(_parse(source, str(path))) or ""


def _cut(tree: ast.Module, blocks: list[Block], total: int) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each top-level statement, the comments above it included."""
    nodes = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    following = (tree.body[0].end_lineno or 0) + 1 if len(nodes) < len(tree.body) else 1
    outer = [block for block in blocks if not block.indent]
    count = 0
    for index, node in enumerate(nodes):
        last = total if index == len(nodes) - 1 else node.end_lineno or node.lineno
        around = next((block for block in outer if block.begin < node.lineno < block.end), None)
        inside = [block for block in blocks if node.lineno <= block.begin <= last]
        last = max([last, *(block.end for block in (around, *inside) if block is not None)])  # a mark is no statement
        if last < following:  # a later statement of a block that is cut already
            continue
        name = ""
        if around is not None or inside:
            count += 1
            name = getattr(node, "name", "") or f"exercise_{count}"
        yield name, following, last
        following = last + 1


def _parse(source: str, what: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise SpecError(f"{what} is not Python ({error.msg}, line {error.lineno}); mend the reference.") from None
