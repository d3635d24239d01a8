"""Loaders: what the reports, agencies and wards of one operation ask for, read at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session

from gateway.plugin import Actor, Loader
from plugins.feedback.models import AnswerRow, StepRow
from plugins.feedback.queries import (
    COLUMNS,
    NEWEST_FIRST,
    R,
    ReportColumns,
    Wanted,
    after,
    answers_of,
    reports_by_key,
    steps_of,
)
from plugins.feedback.terms import State
from schema.paging import Window


class ReportByKey(Loader[str, ReportColumns]):
    """Reports by local id; one that the actor may not know of loads as None."""

    async def batch_load_fn(self, keys: list[str]) -> list[ReportColumns | None]:
        found = await self._context.read(reports_by_key, keys, self._context.actor)
        return [found.get(key) for key in keys]


class StepsOfReport(Loader[int, list[StepRow]]):
    """Histories by row id."""

    @staticmethod
    def rows(session: Session, keys: Sequence[int]) -> Mapping[int, list[StepRow]]:
        return steps_of(session, keys)


class AnswersOfReport(Loader[int, list[AnswerRow]]):
    """Answers by row id."""

    @staticmethod
    def rows(session: Session, keys: Sequence[int]) -> Mapping[int, list[AnswerRow]]:
        return answers_of(session, keys)


@dataclass(frozen=True, slots=True)
class Linked:
    """The reports of one agency or ward: ``column`` of the table, ``value`` in it. ``state``: None is any."""

    column: Literal["agency", "ward"]
    value: str
    state: State | None = None

    def wanted(self) -> Wanted:
        """What its list asks for, whichever value."""
        return Wanted(states=None if self.state is None else (self.state,))

    def alike(self) -> Linked:
        """What the keys that one query answers have in common."""
        return replace(self, value="")


class PagesOfLinked(Loader[tuple[Linked, Window], list[ReportColumns]]):
    """Pages of the reports of many agencies or wards: one query for all that ask for the same page."""

    async def batch_load_fn(self, keys: list[tuple[Linked, Window]]) -> list[list[ReportColumns] | None]:
        found = await self._context.read(_pages, keys, self._context.actor)
        return [found.get(key) for key in keys]


class CountsOfLinked(Loader[Linked, int]):
    """How many reports many agencies or wards have, counted at once."""

    async def batch_load_fn(self, keys: list[Linked]) -> list[int | None]:
        found = await self._context.read(_counts, keys, self._context.actor)
        return [found.get(key) for key in keys]


def _pages(
    session: Session, keys: Sequence[tuple[Linked, Window]], actor: Actor
) -> Mapping[tuple[Linked, Window], list[ReportColumns]]:
    found: dict[tuple[Linked, Window], list[ReportColumns]] = {}
    for alike, window in dict.fromkeys((linked.alike(), window) for linked, window in keys):
        values = [linked.value for linked, asked in keys if asked == window and linked.alike() == alike]
        column = R[alike.column]
        place = func.row_number().over(partition_by=column, order_by=NEWEST_FIRST).label("place")
        inner = select(*COLUMNS, place).where(column.in_(values), *alike.wanted().conditions(actor), *after(window))
        ranked = inner.subquery()
        for row in session.execute(select(ranked).where(ranked.c.place <= window.limit + 1).order_by(ranked.c.place)):
            key = (replace(alike, value=getattr(row, alike.column)), window)
            found.setdefault(key, []).append(row)
    return found


def _counts(session: Session, keys: Sequence[Linked], actor: Actor) -> Mapping[Linked, int]:
    found: dict[Linked, int] = {}
    for alike in dict.fromkeys(linked.alike() for linked in keys):
        values = [linked.value for linked in keys if linked.alike() == alike]
        rows = _count_by(session, alike, values, actor)
        found.update({replace(alike, value=value): count for value, count in rows})
    return found


def _count_by(session: Session, alike: Linked, values: Sequence[str], actor: Actor) -> Iterable[tuple[str, int]]:
    column = R[alike.column]
    query = select(column, func.count()).where(column.in_(values), *alike.wanted().conditions(actor))
    rows: Any = session.execute(query.group_by(column))
    return [(value, count) for value, count in rows]
