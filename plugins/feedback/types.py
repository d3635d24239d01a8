"""The types of the graph: a report, and what it adds to the agencies and wards of other plugins."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

import strawberry

from gateway.plugin import Actor, Info, global_id, local_id
from plugins.feedback.enums import Action, Kind, Outcome, State, Visibility
from plugins.feedback.loaders import AnswersOfReport, CountsOfLinked, Linked, PagesOfLinked, ReportByKey, StepsOfReport
from plugins.feedback.machine import available_actions
from plugins.feedback.parts import ReportCategory, ReportLocation, category_node
from plugins.feedback.queries import sort_key
from plugins.feedback.seen import seen
from schema.micros import from_micros
from schema.paging import Connection, Page, window


# Agencies and wards are described by the plugins that own them.
@strawberry.federation.type(keys=["id"])
class Agency:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Agency:
        return cls(id=id)

    @strawberry.field(description="Reports that it was given to deal with, the newest first.")
    async def reports(
        self, info: Info, state: State | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Report] | None:
        return await _linked(info, Linked("agency", local_id("Agency", self.id), state), first, after)


@strawberry.federation.type(keys=["id"])
class Ward:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Ward:
        return cls(id=id)

    @strawberry.field(description="Reports about places in it, the newest first.")
    async def reports(
        self, info: Info, state: State | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Report] | None:
        return await _linked(info, Linked("ward", local_id("Ward", self.id), state), first, after)


# One object stands for an agency or a ward in every report that links to it.
@lru_cache(maxsize=1024)
def _agency(key: str) -> Agency:
    return Agency(id=global_id("Agency", key))


@lru_cache(maxsize=1024)
def _ward(code: str) -> Ward:
    return Ward(id=global_id("Ward", code))


@strawberry.type(description="An agency's answer to a report.")
class ReportAnswer:
    text: str
    outcome: Outcome
    at: datetime
    agency: Agency | None = strawberry.field(description="The agency that answered.")

    @classmethod
    def of(cls, row: Any) -> ReportAnswer:
        """From a row of ``AnswerRow``'s columns; the officer stays unnamed."""
        agency = _agency(row.agency) if row.agency else None
        return cls(text=row.text, outcome=row.outcome, at=from_micros(row.at), agency=agency)


@strawberry.type(description="A step on a report's way.")
class ReportStep:
    action: Action
    state: State = strawberry.field(description="The state that it led to.")
    at: datetime
    agency: Agency | None = strawberry.field(
        description="Who took it; for FORWARD the agency that the report went to; null for the citizen's own."
    )

    @classmethod
    def of(cls, row: Any) -> ReportStep:
        """From a row of ``StepRow``'s columns; the person stays unnamed."""
        agency = _agency(row.agency) if row.agency else None
        return cls(action=row.action, state=row.state, at=from_micros(row.at), agency=agency)


@strawberry.federation.type(
    keys=["id"], description="Phản ánh, kiến nghị: what a citizen reports to the city. Nobody learns who reported it."
)
class Report:
    id: strawberry.ID
    code: str = strawberry.field(description="PA-YYMMDD-NNNNN: the city's day and the serial of that day.")
    kind: Kind
    category: ReportCategory
    title: str
    body: str
    location: ReportLocation | None
    ward: Ward | None = strawberry.field(description="The ward of its point, as it was submitted.")
    agency: Agency | None = strawberry.field(description="The agency that it was forwarded to.")
    visibility: Visibility
    state: State
    outcome: Outcome | None = strawberry.field(description="What came of it; null until it is answered.")
    submitted_at: datetime
    updated_at: datetime
    version: int = strawberry.field(description="Grows with every step: send it back as expectedVersion.")
    is_mine: bool = strawberry.field(description="Whether the one who asks submitted it.")
    is_sample: bool = strawberry.field(description="Made for demonstration: nobody reported it.")
    row: strawberry.Private[Any]
    actor: strawberry.Private[Actor]

    @classmethod
    def of(cls, row: Any, actor: Actor) -> Report:
        """``row``: ``ReportRow``'s columns. What a list shows is ready here: no field is resolved by a coroutine."""
        return cls(
            id=strawberry.ID(f"Report:{row.key}"),
            code=row.code,
            # The words of the table are the values of the enums: serialised as they are.
            kind=row.kind,
            category=category_node(row.category),
            title=row.title,
            body=row.body,
            location=ReportLocation.of(row),
            ward=_ward(row.ward) if row.ward else None,
            agency=_agency(row.agency) if row.agency else None,
            visibility=row.visibility,
            state=row.state,
            outcome=row.outcome,
            submitted_at=from_micros(row.submitted_at),
            updated_at=from_micros(row.updated_at),
            version=row.version,
            is_mine=actor.is_authenticated and row.reporter == actor.id,
            is_sample=row.is_sample,
            row=row,
            actor=actor,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Report | None:
        row = await info.context.load(ReportByKey, local_id("Report", id))
        return None if row is None else cls.of(row, info.context.actor)

    @strawberry.field(description="What the one who asks may do with it now.")
    def available_actions(self) -> list[Action]:
        return available_actions(self.actor, self.row)

    @strawberry.field(description="The agency's answers, the first one first.")
    async def answers(self, info: Info) -> list[ReportAnswer]:
        return [ReportAnswer.of(row) for row in await info.context.load(AnswersOfReport, self.row.id) or ()]

    @strawberry.field(description="Its way so far, the first step first.")
    async def history(self, info: Info) -> list[ReportStep]:
        return [ReportStep.of(row) for row in await info.context.load(StepsOfReport, self.row.id) or ()]


async def _linked(info: Info, linked: Linked, first: int | None, after: str | None) -> Connection[Report]:
    asked = window(first, after, width=2)
    rows = await info.context.load(PagesOfLinked, (linked, asked)) or ()
    await seen(info.context, rows)
    actor = info.context.actor

    async def counted() -> int:
        return await info.context.load(CountsOfLinked, linked) or 0

    return Connection[Report].of(Page.of(rows, asked, sort_key), lambda row: Report.of(row, actor), counted)
