"""Engagement's part of the graph: Query, Mutation and Subscription."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict
from typing import Any, Protocol

import strawberry
from sqlmodel import Session

from gateway.plugin import Context, Info, Keyed, Payload, Refused, digest_of, local_id, mutation, once
from plugins.engagement.loaders import AlertByIdentifier, ArticleBySlug, NotificationById
from plugins.engagement.models import AlertRow, ArticleRow
from plugins.engagement.service import alerts, drafting, inbox, issuing, news
from plugins.engagement.service.news import ArticleTopic
from plugins.engagement.service.rights import APPROVE_ALERT, DRAFT_ALERT, DRAFT_SCOPES, PUBLISH
from plugins.engagement.settings import EngagementSettings
from plugins.engagement.types.alert import Alert
from plugins.engagement.types.alert_input import ApproveAlertInput, CancelAlertInput, DraftAlertInput
from plugins.engagement.types.article import Article, PublishArticleInput
from plugins.engagement.types.notification import MarkReadInput, Notification, ReadInbox
from schema.paging import Connection, window

field = strawberry.federation.field


@strawberry.type
class Query:
    @field(description="One's own notifications, the newest first.", authenticated=True)
    async def inbox(
        self, info: Info, unread: bool = False, first: int | None = None, after: str | None = None
    ) -> Connection[Notification] | None:
        me = info.context.actor.id
        page = await info.context.read(inbox.inbox, window(first, after, width=1), me, unread=unread)
        return Connection.of(page, Notification.of, lambda: info.context.read(inbox.count_inbox, me, unread=unread))

    @field(description="How many of one's own notifications are unread.", authenticated=True)
    async def unread_count(self, info: Info) -> int | None:
        return await info.context.read(inbox.count_inbox, info.context.actor.id, unread=True)

    @field(description="The city's news, the newest first. `search` needs no marks: `duong` finds Đường.")
    async def news(
        self,
        info: Info,
        topic: ArticleTopic | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Article] | None:
        page = await info.context.read(news.news, window(first, after, width=2), topic, search)
        return Connection.of(page, Article.of, lambda: info.context.read(news.count_news, topic, search))

    @field(description="One article, by its id or its slug; null when there is none.")
    async def article(self, info: Info, id: strawberry.ID | None = None, slug: str | None = None) -> Article | None:
        if (id is None) == (slug is None):
            raise Refused("Ask for an article by its id or by its slug.", code="ID_OR_SLUG")
        key = local_id("Article", id) if id is not None else slug or ""
        row = await info.context.load(ArticleBySlug, key)
        return None if row is None else Article.of(row)

    @field(
        description="Alerts in effect now, the worst first. With `wardCodes`: those for one of these wards and those "
        "for the whole city; without: all."
    )
    async def active_alerts(
        self, info: Info, ward_codes: list[str] | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[Alert] | None:
        codes = None if ward_codes is None else drafting.ward_codes(ward_codes)
        page = await info.context.read(alerts.active_alerts, window(first, after, width=3), codes)
        return Connection.of(page, Alert.of, lambda: info.context.read(alerts.count_active, codes))

    @field(description="One alert, past ones too; null when there is none. Drafts: to issuers and approvers alone.")
    async def alert(self, info: Info, id: strawberry.ID) -> Alert | None:
        row = await info.context.load(AlertByIdentifier, local_id("Alert", id))
        return Alert.seen_by(row, info.context.actor)

    @field(description="Alerts that wait for a second person, the newest first.", requires_scopes=DRAFT_SCOPES)
    async def alert_drafts(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Alert] | None:
        me = info.context.actor
        page = await info.context.read(alerts.alert_drafts, window(first, after, width=2), me)
        return Connection.of(page, Alert.of, lambda: info.context.read(alerts.count_drafts, me))


class _Input(Protocol):
    client_mutation_id: str | None


def _keyed(context: Context, input: _Input, action: str, asked: dict[str, Any]) -> Keyed:
    digest = digest_of({"action": action, **asked})
    return Keyed("engagement", context.actor.id, input.client_mutation_id, digest)


async def _once(context: Context, request: Keyed, rule: Callable[[Session], AlertRow]) -> AlertRow:
    return await context.change(once, request, rule, key_of=lambda row: row.identifier, find=alerts.existing_alert)


@strawberry.type
class Mutation:
    @mutation(description="Mark some or all of one's own notifications as read. Doing it again changes nothing.")
    async def mark_read(self, info: Info, input: MarkReadInput) -> Payload[ReadInbox]:
        me = info.context.actor
        if input.all == bool(input.ids):
            raise Refused("Name the ids that were read, or say all: true.", code="IDS_OR_ALL", field="ids")
        rows = []
        if input.all:
            await info.context.change(inbox.mark_all_read, me)
        else:
            ids = [local_id("Notification", id) for id in input.ids or ()]
            rows = await info.context.change(inbox.mark_read, ids, me)
        unread = await info.context.read(inbox.count_inbox, me.id, unread=True)
        return Payload(node=ReadInbox(unread_count=unread, notifications=[Notification.of(row) for row in rows]))

    @mutation(description="Publish an article for the editor's agency.", scopes=[PUBLISH])
    async def publish_article(self, info: Info, input: PublishArticleInput) -> Payload[Article]:
        context, given = info.context, input.to_manuscript()
        request = _keyed(context, input, "publishArticle", asdict(given))
        settings = context.settings(EngagementSettings)

        def publish(session: Session) -> ArticleRow:
            return news.publish_article(session, given, context.actor, settings)

        row = await context.change(once, request, publish, key_of=lambda row: row.slug, find=news.published_article)
        return Payload(node=Article.of(row))

    @mutation(description="Draft an alert. A second person issues it.", scopes=[DRAFT_ALERT])
    async def draft_alert(self, info: Info, input: DraftAlertInput) -> Payload[Alert]:
        context, draft = info.context, input.to_draft()
        codes = drafting.ward_codes(draft.ward_codes)
        answers = await context.ask("engagement_wards_known", codes=codes) if codes else []
        if answers:
            drafting.check_known(codes, [code for answer in answers for code in answer.value])
        settings = context.settings(EngagementSettings)
        row = await _once(
            context,
            _keyed(context, input, "draftAlert", asdict(draft)),
            lambda session: drafting.draft_alert(session, draft, context.actor, settings),
        )
        return Payload(node=Alert.of(row))

    @mutation(description="Issue an alert that another person drafted.", scopes=[APPROVE_ALERT])
    async def approve_alert(self, info: Info, input: ApproveAlertInput) -> Payload[Alert]:
        context, key = info.context, local_id("Alert", input.id)
        row = await _once(
            context,
            _keyed(context, input, "approveAlert", {"key": key}),
            lambda session: issuing.approve_alert(session, key, context.actor),
        )
        return Payload(node=Alert.of(row))

    @mutation(
        description="Cancel an issued alert at once. The node is the message that cancels it.",
        scopes=[APPROVE_ALERT],
    )
    async def cancel_alert(self, info: Info, input: CancelAlertInput) -> Payload[Alert]:
        context, key, reason = info.context, local_id("Alert", input.id), input.reason.to_bilingual()
        settings = context.settings(EngagementSettings)
        row = await _once(
            context,
            _keyed(context, input, "cancelAlert", {"key": key, "reason": asdict(reason)}),
            lambda session: issuing.cancel_alert(session, key, reason, context.actor, settings),
        )
        return Payload(node=Alert.of(row))


@strawberry.type
class Subscription:
    @field(is_subscription=True, authenticated=True, description="One's own notifications, as they come.")
    async def inbox_changed(self, info: Info, after: strawberry.ID | None = None) -> AsyncGenerator[Notification, None]:
        me = info.context.actor.id
        kind = "engagement.notification_created"
        async for event in info.context.events(kind, after=after, where=lambda event: event["recipient"] == me):
            row = await info.context.load(NotificationById, event["id"])
            if row is not None:
                yield Notification.of(row)

    @field(
        is_subscription=True,
        description="Alerts as they are issued, updated and cancelled. With `wardCodes`: those for one of these wards "
        "and those for the whole city; without: all.",
    )
    async def alert_issued(
        self, info: Info, ward_codes: list[str] | None = None, after: strawberry.ID | None = None
    ) -> AsyncGenerator[Alert, None]:
        codes = None if ward_codes is None else drafting.ward_codes(ward_codes)
        kinds = ("engagement.alert_issued", "engagement.alert_cancelled")
        async for event in info.context.events(*kinds, after=after, where=lambda e: alerts.is_for(e, codes)):
            row = await info.context.load(AlertByIdentifier, event["id"])
            if row is not None:
                yield Alert.of(row)
