"""Text: Vietnamese folded for search, and text in two languages."""

from __future__ import annotations

import re
import unicodedata

import strawberry

from schema.errors import Refused

_WORD = re.compile(r"[0-9a-z]+")


def fold(text: str) -> str:
    """``Đường Hoà Bình`` -> ``duong hoa binh``: casefolded, without marks, d for đ, one space between words.

    SQLite's own ``remove_diacritics`` leaves đ as it is, and tone marks stand in two places (Hòa, Hoà): both forms
    fold to one here, so this is done on the way into an index and on the way into a query.
    """
    spread = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())


def search_words(text: str, *, most: int = 8) -> list[str]:
    """The folded words of a search text, at most ``most``: only digits and a-z, so none is an operator of an index."""
    return _WORD.findall(fold(text))[:most]


def check_search(text: str | None, *, most: int) -> None:
    """Raises: Refused: SEARCH_TOO_LONG, when the text has more than ``most`` characters."""
    if text is not None and len(text) > most:
        raise Refused(f"search has at most {most} characters.", code="SEARCH_TOO_LONG", field="search")


@strawberry.federation.type(shareable=True, description="A text in Vietnamese and, where there is one, English.")
class Text:
    """Shown to citizens: Vietnamese first."""

    vi: str
    en: str | None = None
