"""Rules of ``maps`` that read the database: wards, their former units, and the map's own features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import case, func, literal, tuple_
from sqlmodel import Session, select

from gateway.plugin import Refused, global_id
from plugins.maps.models import FormerUnitRow, WardRow
from schema.geo import Box, MapFeature, Point
from schema.paging import SortKey, Window
from schema.text import search_words

LAYER = "maps.wards"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which wards to list; None leaves all of them in. ``search``: Vietnamese, folded or not, or a code."""

    kind: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row in a list. ``far``: 0 when its name has the words of the search side by side, else 1."""

    row: WardRow
    far: int


def sort_key(listed: Listed) -> SortKey:
    return (listed.far, listed.row.position, listed.row.code)


def wards_by_code(session: Session, codes: Sequence[str]) -> dict[str, WardRow]:
    """Wards by their code; a missing one is not there."""
    rows = session.exec(select(WardRow).where(_column(WardRow.code).in_(codes)))
    return {row.code: row for row in rows}


def former_units_of(session: Session, codes: Sequence[str]) -> dict[str, list[FormerUnitRow]]:
    """Ward code -> the units of before that are in it, whole or in part, by their code."""
    query = select(FormerUnitRow).where(_column(FormerUnitRow.ward_code).in_(codes))
    found: dict[str, list[FormerUnitRow]] = {}
    for row in session.exec(query.order_by(_column(FormerUnitRow.code))):
        found.setdefault(row.ward_code, []).append(row)
    return found


def list_wards(session: Session, asked: Filter, page: Window) -> list[Listed]:
    """One row more than the window asks for, when there is one."""
    closeness = _closeness(asked.search)
    order = (closeness, _column(WardRow.position), _column(WardRow.code))
    query = _filtered(select(WardRow, closeness), asked)
    if page.after is not None:
        query = query.where(tuple_(*order) > tuple_(*page.after))
    rows = session.exec(query.order_by(*order).limit(page.limit + 1))
    return [Listed(row, far) for row, far in rows]


def count_wards(session: Session, asked: Filter) -> int:
    return cast(int, session.exec(_filtered(select(func.count(_column(WardRow.code))), asked)).one())


def check_search(text: str | None, *, most: int) -> None:
    """Raises: Refused: SEARCH_TOO_LONG, when the text has more than ``most`` characters."""
    if text is not None and len(text) > most:
        raise Refused(f"search has at most {most} characters.", code="SEARCH_TOO_LONG", field="search")


def labels_in(session: Session, box: Box, limit: int) -> list[MapFeature]:
    """Up to ``limit`` wards whose label stands in the box, the largest first: the map's own layer."""
    query = select(WardRow).where(
        _column(WardRow.lat).between(box.south, box.north), _column(WardRow.lng).between(box.west, box.east)
    )
    rows = session.exec(query.order_by(_column(WardRow.area_km2).desc(), _column(WardRow.code)).limit(limit))
    return [MapFeature(global_id("Ward", row.code), LAYER, row.full_name, Point(row.lat, row.lng)) for row in rows]


def word_patterns(text: str) -> list[str]:
    """LIKE patterns for the words of a search: whole ones, but the last may be the beginning of a word.

    A text without a letter or digit finds nothing.
    """
    found = search_words(text)
    if not found:
        return [""]
    return [f"% {word} %" for word in found[:-1]] + [f"% {found[-1]}%"]


def _filtered(query: Any, asked: Filter) -> Any:
    if asked.kind:
        query = query.where(WardRow.kind == asked.kind)
    if asked.search:
        for pattern in word_patterns(asked.search):
            query = query.where(_column(WardRow.folded).like(pattern))
    return query


def _closeness(search: str | None) -> Any:
    words = " ".join(search_words(search or ""))
    return case((_column(WardRow.folded).like(f"% {words}%"), 0), else_=1) if words else literal(0)


def _column(attribute: Any) -> Any:
    """A row's attribute as the column that it is on the class, for the type checker."""
    return attribute
