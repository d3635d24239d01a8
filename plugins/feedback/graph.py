"""The plugin's part of the graph: what may be asked, done and listened to about reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace

import strawberry

from gateway.plugin import Info, Payload, Refused, digest_of, local_id, mutation
from plugins.feedback.asking import agency_for, agency_known, ward_of
from plugins.feedback.categories import categories
from plugins.feedback.enums import Action, InboxTab, State
from plugins.feedback.inputs import (
    AnswerReportInput,
    ForwardReportInput,
    ReportFilter,
    ReportStepInput,
    SubmitReportInput,
)
from plugins.feedback.machine import EVENTS, Given, waiting_states
from plugins.feedback.parts import ReportCategory
from plugins.feedback.queries import Wanted, report_by_code, report_by_key, reports_count, reports_page, sort_key
from plugins.feedback.requests import once
from plugins.feedback.seen import seen
from plugins.feedback.service import act, clean, not_found, submit_report
from plugins.feedback.settings import FeedbackSettings
from plugins.feedback.terms import STATES_OF_TAB
from plugins.feedback.types import Report
from schema.paging import Connection, Page, window


async def _page(info: Info, wanted: Wanted, first: int | None, after: str | None) -> Connection[Report]:
    context, actor = info.context, info.context.actor
    asked = window(first, after, width=2)
    rows = await context.read(reports_page, wanted, asked, actor)
    await seen(context, rows)

    async def counted() -> int:
        return await context.read(reports_count, wanted, actor)

    return Connection[Report].of(Page.of(rows, asked, sort_key), lambda row: Report.of(row, actor), counted)


@strawberry.type
class Query:
    @strawberry.field(description="One report, by id or by code; null when there is none that you may know of.")
    async def report(self, info: Info, id: strawberry.ID | None = None, code: str | None = None) -> Report | None:
        context, actor = info.context, info.context.actor
        if (id is None) == (code is None):
            raise Refused("Ask for a report by id or by code, one of the two.", code="ID_OR_CODE")
        if id is not None:
            row = await context.read(report_by_key, local_id("Report", id), actor)
        else:
            row = await context.read(report_by_code, (code or "").strip().upper(), actor)
        await seen(context, [row])
        return None if row is None else Report.of(row, actor)

    @strawberry.field(description="The reports that you may know of, the newest first.")
    async def reports(
        self, info: Info, filter: ReportFilter | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Report] | None:
        return await _page(info, filter.to_wanted() if filter else Wanted(), first, after)

    @strawberry.federation.field(description="The reports that you submitted, the newest first.", authenticated=True)
    async def my_reports(
        self, info: Info, filter: ReportFilter | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Report] | None:
        wanted = replace(filter.to_wanted() if filter else Wanted(), reporter=info.context.actor.id)
        return await _page(info, wanted, first, after)

    @strawberry.field(description="What a report may be filed under, in the order in which it is shown.")
    def report_categories(self) -> list[ReportCategory] | None:
        return [ReportCategory.of(category) for category in categories().values()]

    @strawberry.federation.field(
        description="What your office has before it: an officer's agency's reports, all of them for operators.",
        requires_scopes=[["feedback:read_agency"], ["feedback:read_all"]],
    )
    async def report_inbox(
        self,
        info: Info,
        tab: InboxTab = InboxTab.WAITING,
        filter: ReportFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Report] | None:
        wanted = filter.to_wanted() if filter else Wanted()
        states = tuple(State) if wanted.states is None else wanted.states
        waiting = waiting_states(info.context.actor)
        of_tab = waiting if tab is InboxTab.WAITING else STATES_OF_TAB[tab]
        narrowed = tuple(state for state in states if state in of_tab)
        return await _page(info, replace(wanted, states=narrowed, queue=True), first, after)


async def _act(info: Info, action: Action, input: ReportStepInput, given: Given) -> Payload[Report]:
    context = info.context
    actor, settings = context.actor, context.settings(FeedbackSettings)
    key = local_id("Report", input.id)
    digest = digest_of({"action": action, "key": key, "version": input.expected_version, **asdict(given)})
    row = await context.change(
        once,
        input.client_mutation_id,
        actor,
        digest,
        settings,
        lambda session: act(
            session, action, key, given, actor, expected_version=input.expected_version, settings=settings
        ),
    )
    return Payload(node=Report.of(row, actor))


@strawberry.type
class Mutation:
    @mutation(description="Submit a report. Who did stays with the city.", scopes=["feedback:submit"])
    async def submit_report(self, info: Info, input: SubmitReportInput) -> Payload[Report]:
        context = info.context
        actor, settings = context.actor, context.settings(FeedbackSettings)
        draft = input.to_draft()
        ward = await ward_of(context, draft.point)
        row = await context.change(
            once,
            input.client_mutation_id,
            actor,
            digest_of({"action": Action.SUBMIT, **asdict(draft)}),
            settings,
            lambda session: submit_report(session, draft, actor, ward=ward, settings=settings),
        )
        return Payload(node=Report.of(row, actor))

    @mutation(description="Take a submitted report in.", scopes=["feedback:receive"])
    async def receive_report(self, info: Info, input: ReportStepInput) -> Payload[Report]:
        return await _act(info, Action.RECEIVE, input, Given())

    @mutation(description="Forward a received report to the agency that deals with it.", scopes=["feedback:forward"])
    async def forward_report(self, info: Info, input: ForwardReportInput) -> Payload[Report]:
        context = info.context
        if input.agency_key is not None:
            return await _act(info, Action.FORWARD, input, Given(agency=await agency_known(context, input.agency_key)))
        row = await context.read(report_by_key, local_id("Report", input.id), context.actor)
        if row is None:
            raise not_found()
        return await _act(info, Action.FORWARD, input, Given(agency=await agency_for(context, row.category, row.ward)))

    @mutation(description="Accept a report that your agency was given.", scopes=["feedback:accept"])
    async def accept_report(self, info: Info, input: ReportStepInput) -> Payload[Report]:
        return await _act(info, Action.ACCEPT, input, Given())

    @mutation(description="Answer a report that your agency accepted.", scopes=["feedback:answer"])
    async def answer_report(self, info: Info, input: AnswerReportInput) -> Payload[Report]:
        return await _act(info, Action.ANSWER, input, Given(outcome=input.outcome, text=clean(input.text)))


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="The report as it is now, after every step. Ends with NOT_FOUND when you may not know of it (any "
        "more). after: the last extensions.eventId that you got, to be told what you missed."
    )
    async def report_changed(
        self, info: Info, id: strawberry.ID, after: strawberry.ID | None = None
    ) -> AsyncIterator[Report]:
        context, actor = info.context, info.context.actor
        key = local_id("Report", id)
        if await context.read(report_by_key, key, actor) is None:
            raise not_found()
        async for _ in context.events(*EVENTS, after=after, where=lambda event: event["id"] == key):
            row = await context.read(report_by_key, key, actor)
            if row is None:
                raise not_found()
            await seen(context, [row])
            yield Report.of(row, actor)
