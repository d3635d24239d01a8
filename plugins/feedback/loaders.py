"""Loaders: what the reports, agencies and wards of one operation ask for, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session

from gateway.plugin import Actor, Loader
from plugins.feedback.models import AnswerRow, ReportColumns, StepRow
from plugins.feedback.queries import R, Wanted, answers_of, reports_by_key, reports_page, steps_of
from plugins.feedback.seen import seen
from plugins.feedback.terms import State
from schema.paging import Window


class ReportByKey(Loader[str, ReportColumns]):
    """Reports by local id; one that the actor may not know of loads as None."""

    async def batch_load_fn(self, keys: list[str]) -> list[ReportColumns | None]:
        found = await self._context.read(reports_by_key, keys, self._context.actor)
        await seen(self._context, found.values())
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
        states = None if self.state is None else (self.state,)
        if self.column == "agency":
            return Wanted(agency=self.value, states=states)
        return Wanted(ward=self.value, states=states)


class PagesOfLinked(Loader[tuple[Linked, Window], Sequence[ReportColumns]]):
    """Pages of the reports of many agencies or wards, read over one state of the data.

    A statement for each: it walks its index and stops after the page, however many reports lie behind. One statement
    over all of them (a window function, or a union) was measured to be no faster.
    """

    async def batch_load_fn(self, keys: list[tuple[Linked, Window]]) -> list[Sequence[ReportColumns] | None]:
        return await self._context.read(_pages, keys, self._context.actor)


class CountsOfLinked(Loader[Linked, int]):
    """How many reports many agencies or wards have, counted at once."""

    async def batch_load_fn(self, keys: list[Linked]) -> list[int | None]:
        found = await self._context.read(_counts, keys, self._context.actor)
        return [found.get(key) for key in keys]


def _pages(
    session: Session, keys: Sequence[tuple[Linked, Window]], actor: Actor
) -> list[Sequence[ReportColumns] | None]:
    return [reports_page(session, linked.wanted(), window, actor) for linked, window in keys]


def _counts(session: Session, keys: Sequence[Linked], actor: Actor) -> Mapping[Linked, int]:
    found: dict[Linked, int] = {}
    for alike in dict.fromkeys(replace(linked, value="") for linked in keys):
        column = R[alike.column]
        values = [linked.value for linked in keys if replace(linked, value="") == alike]
        states = None if alike.state is None else (alike.state,)
        query = select(column, func.count()).where(column.in_(values), *Wanted(states=states).conditions(actor))
        rows: Any = session.execute(query.group_by(column))
        found.update({replace(alike, value=value): count for value, count in rows})
    return found
