"""Rules of ``agencies``: lookups, search, and who answers for a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, tuple_
from sqlmodel import Session, select

from gateway.plugin import closeness, column, matches
from plugins.agencies.models import AgencyRow, AssignmentRow, HeldSectorRow, SectorRow
from schema.paging import SortKey, Window

COMMUNE_PC = "COMMUNE_PC"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which agencies to list; None and "" leave all of them in. ``search``: Vietnamese or English, folded or not."""

    kind: str | None = None
    search: str | None = None
    parent_key: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row in a list. ``far``: 0 when its name has the words of the search side by side, else 1."""

    row: AgencyRow
    far: int


def sort_key(listed: Listed) -> SortKey:
    return (listed.far, listed.row.position, listed.row.key)


def agencies_by_key(session: Session, keys: Sequence[str]) -> dict[str, AgencyRow]:
    """Agencies by their key; a missing one is not there."""
    rows = session.exec(select(AgencyRow).where(column(AgencyRow.key).in_(keys)))
    return {row.key: row for row in rows}


def committees_by_ward(session: Session, ward_codes: Sequence[str]) -> dict[str, AgencyRow]:
    """Ward code -> the People's Committee that governs it; an unknown ward is not there."""
    query = select(AgencyRow).where(column(AgencyRow.ward_code).in_(ward_codes), AgencyRow.kind == COMMUNE_PC)
    return {row.ward_code: row for row in session.exec(query) if row.ward_code is not None}


def children_of(session: Session, parent_keys: Sequence[str]) -> dict[str, list[AgencyRow]]:
    """Agency key -> the agencies directly under it, in the order of lists."""
    query = select(AgencyRow).where(column(AgencyRow.parent_key).in_(parent_keys))
    found: dict[str, list[AgencyRow]] = {}
    for row in session.exec(query.order_by(column(AgencyRow.position), column(AgencyRow.key))):
        found.setdefault(cast(str, row.parent_key), []).append(row)
    return found


def sectors_of(session: Session, keys: Sequence[str]) -> dict[str, list[SectorRow]]:
    """Agency key -> its sectors, by code."""
    query = (
        select(HeldSectorRow.agency_key, SectorRow)
        .join(SectorRow, column(SectorRow.code) == column(HeldSectorRow.sector_code))
        .where(column(HeldSectorRow.agency_key).in_(keys))
        .order_by(column(SectorRow.code))
    )
    found: dict[str, list[SectorRow]] = {}
    for key, row in session.exec(query):
        found.setdefault(key, []).append(row)
    return found


def list_agencies(session: Session, asked: Filter, page: Window) -> list[Listed]:
    """One row more than the window asks for, when there is one."""
    close = closeness(AgencyRow.folded, asked.search)
    order = (close, column(AgencyRow.position), column(AgencyRow.key))
    query = _filtered(select(AgencyRow, close), asked)
    if page.after is not None:
        query = query.where(tuple_(*order) > tuple_(*page.after))
    rows = session.exec(query.order_by(*order).limit(page.limit + 1))
    return [Listed(row, far) for row, far in rows]


def count_agencies(session: Session, asked: Filter) -> int:
    return cast(int, session.exec(_filtered(select(func.count(column(AgencyRow.key))), asked)).one())


def agency_for_report(session: Session, category: str, ward_code: str | None) -> AgencyRow | None:
    """The agency that answers for a category in a ward; a line for the ward wins over the line for all of them.

    A category that is assigned to nobody is the People's Committee's of the ward, and nobody's without a ward.
    """
    query = select(AssignmentRow).where(
        AssignmentRow.category == category, column(AssignmentRow.ward_code).in_(["", ward_code or ""])
    )
    lines = sorted(session.exec(query), key=lambda line: line.ward_code, reverse=True)
    if lines and lines[0].agency_key is not None:
        return session.get(AgencyRow, lines[0].agency_key)
    return committees_by_ward(session, [ward_code]).get(ward_code) if ward_code else None


def categories_of(session: Session, keys: Sequence[str]) -> dict[str, list[str]]:
    """Agency key -> codes of the categories that it answers for, sorted; a committee's are those of its ward."""
    lines = session.exec(select(AssignmentRow)).all()
    everywhere = {line.category: line.agency_key for line in lines if not line.ward_code}
    found: dict[str, list[str]] = {}
    for key, row in agencies_by_key(session, keys).items():
        mine = {line.category for line in lines if line.agency_key == key}
        if row.kind == COMMUNE_PC:
            here = everywhere | {line.category: line.agency_key for line in lines if line.ward_code == row.ward_code}
            mine |= {category for category, owner in here.items() if owner is None}
        found[key] = sorted(mine)
    return found


def _filtered(query: Any, asked: Filter) -> Any:
    if asked.kind:
        query = query.where(AgencyRow.kind == asked.kind)
    if asked.parent_key:
        query = query.where(AgencyRow.parent_key == asked.parent_key)
    if asked.sector:
        held = select(HeldSectorRow.agency_key).where(HeldSectorRow.sector_code == asked.sector)
        query = query.where(column(AgencyRow.key).in_(held))
    if asked.search:
        query = query.where(matches(AgencyRow.folded, asked.search))
    return query
