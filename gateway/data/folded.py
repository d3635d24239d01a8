"""Folded columns: lists of a few hundred rows searched by words, without an index of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, literal

from schema.text import search_words


def folded(*texts: str) -> str:
    """What a folded column holds: the words of all texts, one space before, between and after each."""
    return f" {' '.join(search_words(' '.join(texts), most=100))} "


def matches(column: Any, search: str) -> ColumnElement[bool]:
    """Rows whose folded column has every word of a search; the last may be the beginning of a word.

    A text without a letter or digit finds nothing.
    """
    words = search_words(search)
    if not words:
        return false()
    whole = [column.like(f"% {word} %") for word in words[:-1]]
    return and_(*whole, column.like(f"% {words[-1]}%"))


def closeness(column: Any, search: str | None) -> ColumnElement[int]:
    """0 where the words of a search stand side by side, else 1; 0 everywhere without a search: to sort by."""
    words = " ".join(search_words(search or ""))
    return case((column.like(f"% {words}%"), 0), else_=1) if words else literal(0)
