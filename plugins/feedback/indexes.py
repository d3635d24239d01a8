"""The two indexes that stand beside the table: folded text (FTS5) and places (R*Tree). Both are SQLite's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, column, insert, select, table, text
from sqlmodel import Session

from plugins.feedback.models import ReportRow
from schema.geo import Box
from schema.text import fold, search_words

_SEARCH = table("feedback_search", column("rowid"), column("title"), column("body"), column("code"), column("address"))
_PLACE = table(
    "feedback_place", column("id"), column("min_lat"), column("max_lat"), column("min_lng"), column("max_lng")
)
_R: Any = ReportRow.__table__.c  # type: ignore[attr-defined]
_ID: ColumnElement[int] = _R.id


def index_report(session: Session, row: ReportRow) -> None:
    """Enter a report that has just been stored into both indexes."""
    session.execute(
        insert(_SEARCH).values(
            rowid=row.id,
            title=_indexed(row.title),
            body=_indexed(row.body),
            code=_indexed(row.code),
            address=_indexed(row.address_text or ""),
        )
    )
    if row.lat is not None and row.lng is not None:
        session.execute(
            insert(_PLACE).values(id=row.id, min_lat=row.lat, max_lat=row.lat, min_lng=row.lng, max_lng=row.lng)
        )


def _indexed(value: str) -> str:
    """Folded, and cut into words where a query is: ``m2/ngày`` must be found by what ``search_words`` makes of it."""
    return "".join(c if c.isascii() and c.isalnum() else " " for c in fold(value))


def matches(search: str) -> ColumnElement[bool]:
    """The condition that a report has every word of ``search``, the last one as far as it was typed.

    A search of other signs alone finds nothing. The words are digits and a-z, quoted and bound: none of them is an
    operator of FTS5 or of SQL.
    """
    words = search_words(search)
    if not words:
        return _ID.is_(None)
    expression = " ".join(f'"{word}"' for word in words) + "*"
    found = text("feedback_search MATCH :feedback_words").bindparams(feedback_words=expression)
    return _ID.in_(select(_SEARCH.c.rowid).where(found))


def in_box(box: Box) -> list[ColumnElement[bool]]:
    """The conditions that a report lies in the box. The index keeps 32-bit numbers rounded outwards: it finds the
    candidates, the columns decide.
    """
    near = select(_PLACE.c.id).where(
        _PLACE.c.max_lat >= box.south,
        _PLACE.c.min_lat <= box.north,
        _PLACE.c.max_lng >= box.west,
        _PLACE.c.min_lng <= box.east,
    )
    return [_ID.in_(near), _R.lat.between(box.south, box.north), _R.lng.between(box.west, box.east)]
