"""Parses what can be parsed of a source: one broken function costs that function, not the file.

A source is cut into blocks: what begins at column 0, to the next line that does. Where each of them compiles by itself,
no tree is made of it. One that parses is parsed once. In one that does not, the block in which Python sees the error is
blanked and the rest is tried again, a bounded number of times; after that each block is parsed by itself. Line numbers
stay those of the file.
This file imports nothing of the package's: it runs beside the student's code, and in the reader of sources.
"""

import __future__

import ast
import bisect
import re
import warnings
from typing import Any

MAX_PARSES = 25
MAX_PARSED_CHARS = 16 << 20
MAX_BLOCKS = 5_000
MAX_NAMES = 20
MAX_JOINS = 20  # parts of which a block may be put together
MAX_PADDING = 200_000  # lines that are put before blocks, all together

_CONTINUES = re.compile(r"[ \t\f#)\]}]|(?:elif|else|except|finally)\b|$")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_REPORTED_ELSEWHERE = re.compile(r"on line (\d+)$")
_BINDS = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*=[^=]")
_COMPOUND = re.compile(r"(?:async|def|class|if|for|while|with|try)\b|@")  # what follows it on its line is within it
_IMPORT = re.compile(r"import[ \t]+\w|from[ \t]+(?!__future__\b)[\w.]+[ \t]+import\b")
_ASSIGNMENT = re.compile(r"[A-Za-z_][\w.]*[ \t]*(?:=[^=]|:[^=]|[-+*/]=)")
_PARSER_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


class Lost:
    """A block that does not parse.

    Attributes:
        first: its first line, from 1.
        line: where the parser sees the error.
        error: what it says.
        names: what the block would define.
    """

    def __init__(self, first: int, line: int, error: BaseException, names: list[str]) -> None:
        self.first = first
        self.line = line
        self.error = error
        self.names = names


class Block:
    """A statement that was compiled from its text: no tree was made of it, which takes twice the time.

    Attributes:
        code: what to run.
        line: its first line, from 1.
        defines_nothing: whether it is an import.
        is_sure: whether it begins as one statement does and can hold no other; else its tree tells what it is.
    """

    def __init__(self, source: str, filename: str, flags: int, start: int) -> None:
        self.source = "\n" * start + source
        self.filename = filename
        self.flags = flags
        self.line = start + 1
        self.code = compile(self.source, filename, "exec", flags, dont_inherit=True)
        self.defines_nothing = bool(_IMPORT.match(source))
        compound = bool(_COMPOUND.match(source))
        simple = self.defines_nothing or bool(_ASSIGNMENT.match(source))
        self.is_sure = "\n@" not in source and (compound or (simple and ";" not in source))

    def parse(self) -> list[ast.stmt]:
        """Its tree; of a line the statements in it."""
        tree = compile(self.source, self.filename, "exec", self.flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        return list(tree.body)

    def describe(self) -> tuple[int, list[str]]:
        """The line that its tree begins with, and what it would define; by its text if no tree can be made now.

        After a submission has used up its memory, or has made Python's stack shorter than its source is deep.
        """
        try:
            (node,) = self.parse()
            return node.lineno, bound_names(node)
        except Exception:  # noqa: BLE001  as above
            return self.line, _names_in(self.source.split("\n"))


def compile_blocks(source: str, filename: str, flags: int) -> list[Any] | None:
    """A source's statements, each a Block or, where its text does not tell, a tree; None where all takes the parser.

    What begins at column 0 as a statement does, and compiles by itself, is one: no part of a statement that compiles
    has another part at column 0. Where the compiler has anything to say, the parser decides about all.
    """
    lines = source.split("\n")
    ends = [*find_blocks(lines)[1:], len(lines)]
    if len(ends) * len(lines) > MAX_PADDING or "\f" in source or "\0" in source:
        return None
    found: list[Any] = []
    statements: list[Any]
    start = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while start < len(lines):
            try:
                block, end = _compile_block(lines, start, ends, filename, flags)
                statements = [block] if block else []
                if block and not block.is_sure:
                    statements = block.parse()
            except Exception:  # noqa: BLE001  a warning among them
                return None
            for statement in statements:
                flags |= future_flags(statement)
            found += statements
            start = end
    return found


def _compile_block(
    lines: list[str], start: int, ends: list[int], filename: str, flags: int
) -> tuple[Block | None, int]:
    """The block that begins at a line, None where there is nothing in it, and the line after it.

    A text in triple quotes may have lines at column 0: it goes on to where there are such quotes again.
    """
    place = bisect.bisect_right(ends, start)
    joins = 0
    while True:
        block = lines[start : ends[place]]
        if all(not (text := line.strip(" \t")) or text.startswith("#") for line in block):
            return None, ends[place]
        try:
            return Block("\n".join(block), filename, flags, start), ends[place]
        except SyntaxError as error:
            joins += 1
            if not error.msg.startswith("unterminated triple-quoted") or joins > MAX_JOINS:
                raise
            quoted = (at for at in range(ends[place], len(lines)) if '"""' in lines[at] or "'''" in lines[at])
            line = next(quoted, None)
            if line is None:
                raise
            place = bisect.bisect_right(ends, line)


def future_flags(statement: Any) -> int:
    """How a statement changes the compilation of those that follow."""
    flags = 0
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__" and statement.level == 0:
        for alias in statement.names:
            flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags


def parse(source: str, filename: str) -> tuple[list[ast.stmt], list[Lost]]:
    """The statements of a source, and the blocks of it that are lost, both in order."""
    try:
        return ast.parse(source, filename).body, []
    except _PARSER_ERRORS as error:
        return _Salvage(source.split("\n"), filename).run(error)


class _Salvage:
    def __init__(self, lines: list[str], filename: str) -> None:
        self.lines = lines
        self.filename = filename
        self.starts = find_blocks(lines)
        self.lost: dict[int, Lost] = {}

    def run(self, error: BaseException) -> tuple[list[ast.stmt], list[Lost]]:
        chars = sum(map(len, self.lines)) + len(self.lines)
        for _ in range(min(MAX_PARSES, MAX_PARSED_CHARS // chars)):
            if not self.cut(error):
                break
            try:
                return ast.parse("\n".join(self.lines), self.filename).body, self.losses()
            except _PARSER_ERRORS as following:
                error = following
        return self.parse_blocks(error), self.losses()

    def losses(self) -> list[Lost]:
        return [self.lost[index] for index in sorted(self.lost)]

    def cut(self, error: BaseException) -> bool:
        """Blank the block that an error lies in; False where the error does not tell one that is left."""
        line = getattr(error, "lineno", None)
        if not isinstance(error, SyntaxError) or not line:
            return False
        elsewhere = _REPORTED_ELSEWHERE.search(error.msg) if isinstance(error, IndentationError) else None
        line = int(elsewhere[1]) if elsewhere else line
        index = self.block_of(line)
        while index in self.lost:  # reported where the following text begins to make no sense
            index -= 1
        if index < 0:
            return False
        self.lose(index, line, error)
        return True

    def block_of(self, line: int) -> int:
        """The block that holds a line."""
        return max(0, sum(start < line for start in self.starts) - 1)

    def end_of(self, index: int) -> int:
        return self.starts[index + 1] if index + 1 < len(self.starts) else len(self.lines)

    def lose(self, index: int, line: int, error: BaseException) -> None:
        start, end = self.starts[index], self.end_of(index)
        text = self.lines[start:end]
        first = next((start + offset for offset, found in enumerate(text) if found.strip()), start)
        self.lost[index] = Lost(first + 1, line, error, _names_in(text))
        self.lines[start:end] = [""] * (end - start)

    def parse_blocks(self, error: BaseException) -> list[ast.stmt]:
        """Each block by itself; of a source of absurdly many the first ones, the rest being lost to the error."""
        found: list[ast.stmt] = []
        if len(self.starts) > MAX_BLOCKS:
            rest = self.starts[MAX_BLOCKS]
            self.lost[MAX_BLOCKS] = Lost(rest + 1, rest + 1, error, [])
        for index in range(min(len(self.starts), MAX_BLOCKS)):
            if index in self.lost:
                continue
            start = self.starts[index]
            try:
                tree = ast.parse("\n".join(self.lines[start : self.end_of(index)]), self.filename)
            except _PARSER_ERRORS as error:
                self.lose(index, start + (getattr(error, "lineno", None) or 1), error)
                continue
            found += ast.increment_lineno(tree, start).body
        return found


def _names_in(lines: list[str]) -> list[str]:
    """What a block would define, as far as its lines tell without a parser."""
    return [match[1] or match[2] for line in lines if (match := _BINDS.match(line))][:MAX_NAMES]


def find_blocks(lines: list[str]) -> list[int]:
    """The indices of the lines with which a block begins: what stands at column 0 and carries nothing on."""
    starts = [0]
    decorated = False
    for index, line in enumerate(lines):
        if not line or _CONTINUES.match(line) or (_CONFLICT.match(line) and _is_inside(lines, index)):
            continue
        if not decorated and index:
            starts.append(index)
        decorated = line.startswith("@")
    return starts


def _is_inside(lines: list[str], index: int) -> bool:
    """Whether a mark of a merge conflict stands in the middle of a block: an indented line follows."""
    following = next((line for line in lines[index + 1 : index + 50] if line.strip()), "")
    return following[:1] in (" ", "\t")


_OWN_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_ASSIGN = (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)  # what else has a target is a loop


def bound_names(node: Any) -> list[str]:
    """What a statement would define in its module, functions and classes first."""
    defined: list[str] = []
    assigned: list[str] = []
    waiting = [node]
    while waiting and len(defined) < MAX_NAMES:
        found = waiting.pop(0)
        if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            defined.append(found.name)
        elif isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store):
            assigned.append(found.id)
        elif isinstance(found, ast.alias):
            assigned.append(found.asname or found.name.partition(".")[0])
        elif not isinstance(found, _OWN_SCOPES):
            waiting.extend(child for name, child in _children(found) if name != "target" or isinstance(found, _ASSIGN))
    return list(dict.fromkeys([*defined, *assigned]))[:MAX_NAMES]


def _children(node: ast.AST) -> Any:
    """The nodes in a node, each with the name of its field."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child
