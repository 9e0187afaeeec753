"""A student's Markdown in nbconvert's own rendering: no tag, link or id that they could have written."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown import markdown2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader_course import PIXEL

from autograder.cells import Picture
from autograder.nbgrader.harmless import MAX_CHARS, make_harmless

DOT = {"dot.png": Picture("image/png", PIXEL)}
# what Markdown makes of text alone
TAGS = frozenset(
    "p a code pre ul ol li blockquote em strong del hr br table thead tbody tr th td dl dt dd div span img input"
    .split()
)  # fmt: skip
ATTRIBUTES = frozenset({"class", "href", "style", "start", "alt", "src", "type", "disabled", "checked"})
ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<javascript:alert(1)>",
    "[x][a]\n\n[a]: javascript:alert(1)", "[x](\njavascript:alert(1))", "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "~~~ mermaid\n</pre>&lt;script&gt;\n~~~", "# written_why", "written_why\n===", "written_why\n-", "- # a",
    "1. > # a", "t\n: # a", "> a\n> ===", "a\u2028# b", "a\x0c# b", "a\x85===", "![x](https://evil/i.png)",
    "![x](file:///etc/passwd)", "<!--", "<![CDATA[", "<?php", "\\<script>", "&lt;script&gt;", "https://a/\"onclick=x",
    "| <b> | [x](javascript:1) |\n|---|---|\n| 1 | 2 |", "`<b>`", "$<b>$", "\\\\[<script>\\\\]", "[x]:javascript:1",
    "![<b>](attachment:dot.png)", "![a\\](attachment:dot.png)", "<a\nhref=x>", "[a]\n: javascript:x",
    "```py\" onload=alert(1)\ncode\n```", "![a](attachment:gone.png)", "<x y='![z](dot.png)'>",
]  # fmt: skip
PIECES = ["<", ">", "script", "/", "!", "[", "]", "(", ")", ":", "#", "=", "-", "\n", " ", "\t", "`", "```", "~~~",
          "mermaid", "javascript:", "x", "\\", "$", "$$", '"', "'", "&lt;", "&#60;", "|", "*", "_", "1.", "\u2028",
          "dot.png", "attachment:", "http://a", "onerror="]  # fmt: skip


class _Parser(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            if name == "href":
                assert (value or "").startswith(("http://", "https://")), value
            if name == "src":
                assert (value or "") == f"data:image/png;base64,{PIXEL}"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(text: str) -> None:
    """The text's rendering holds what Markdown makes of plain text, and its own pictures."""
    made, attachments = make_harmless(text, DOT)
    renderer = IPythonRenderer(escape=False, attachments=attachments)  # as nbconvert's HTML exporter has it
    _Parser().feed(str(MarkdownWithMath(renderer=renderer).render(made)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_text(attack: str) -> None:
    """None of what runs in an untouched rendering, or bears a name there, is left."""
    assert_harmless(attack)


def test_attacks_are_attacks() -> None:
    """Untouched, many of them are found: the check can fail."""
    caught = 0
    for attack in ATTACKS:
        try:
            _Parser().feed(markdown2html(attack))
        except Exception:  # noqa: BLE001  a picture that is not there is an error of its own
            caught += 1
    assert caught >= 20


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_text(text: str) -> None:
    """Whatever is put together of what markup is made of, the rendering is harmless."""
    assert_harmless(text)


def test_formulas_and_pictures_stay() -> None:
    """Mathematics keeps its signs; a picture of the submission's becomes an attachment under a name of ours."""
    text, attachments = make_harmless('$a<b$, $x \\le y$ and ![a "dot"](dot.png)\n\n$$\n\\frac{1}{2}\n$$', DOT)
    assert text == "$a< b$, $x \\le y$ and ![a dot](attachment:picture-1)\n\n$$\n\\frac{1}{2}\n$$"
    assert attachments == {"picture-1": {"image/png": PIXEL}}
    assert make_harmless("plain *text*", DOT) == ("plain *text*", {})


def test_long_text_is_cut() -> None:
    """Text beyond the bound is cut, and says so."""
    text, _ = make_harmless("a" * (MAX_CHARS + 1), {})
    assert text == "a" * MAX_CHARS + "\n\n(cut here; the whole is in what was handed in)"
