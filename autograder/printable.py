"""A student's words, made fit to be shown."""

from __future__ import annotations


def clean_text(text: str, limit: int = 4000) -> str:
    """A student's string as printable text of bounded length: no control characters, no lone surrogates."""
    if text.isascii() and text.isprintable():
        return text[:limit]
    shown = text[:limit].encode("utf-8", "replace").decode()
    if shown.replace("\n", "").replace("\t", "").isprintable():
        return shown
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in shown)
