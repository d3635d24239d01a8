"""Rules of ``maps`` that read the database: wards, their former units, and the map's own features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, tuple_
from sqlmodel import Session, select

from gateway.plugin import closeness, column, global_id, matches
from plugins.maps.models import FormerUnitRow, WardRow
from schema.geo import Box, MapFeature, Point
from schema.paging import SortKey, Window

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
    rows = session.exec(select(WardRow).where(column(WardRow.code).in_(codes)))
    return {row.code: row for row in rows}


def former_units_of(session: Session, codes: Sequence[str]) -> dict[str, list[FormerUnitRow]]:
    """Ward code -> the units of before that are in it, whole or in part, by their code."""
    query = select(FormerUnitRow).where(column(FormerUnitRow.ward_code).in_(codes))
    found: dict[str, list[FormerUnitRow]] = {}
    for row in session.exec(query.order_by(column(FormerUnitRow.code))):
        found.setdefault(row.ward_code, []).append(row)
    return found


def list_wards(session: Session, asked: Filter, page: Window) -> list[Listed]:
    """One row more than the window asks for, when there is one."""
    close = closeness(WardRow.folded, asked.search)
    order = (close, column(WardRow.position), column(WardRow.code))
    query = _filtered(select(WardRow, close), asked)
    if page.after is not None:
        query = query.where(tuple_(*order) > tuple_(*page.after))
    rows = session.exec(query.order_by(*order).limit(page.limit + 1))
    return [Listed(row, far) for row, far in rows]


def count_wards(session: Session, asked: Filter) -> int:
    return cast(int, session.exec(_filtered(select(func.count(column(WardRow.code))), asked)).one())


def labels_in(session: Session, box: Box, limit: int) -> list[MapFeature]:
    """Up to ``limit`` wards whose label stands in the box, the largest first: the map's own layer."""
    query = select(WardRow).where(
        column(WardRow.lat).between(box.south, box.north), column(WardRow.lng).between(box.west, box.east)
    )
    rows = session.exec(query.order_by(column(WardRow.area_km2).desc(), column(WardRow.code)).limit(limit))
    return [MapFeature(global_id("Ward", row.code), LAYER, row.full_name, Point(row.lat, row.lng)) for row in rows]


def _filtered(query: Any, asked: Filter) -> Any:
    if asked.kind:
        query = query.where(WardRow.kind == asked.kind)
    if asked.search:
        query = query.where(matches(WardRow.folded, asked.search))
    return query
