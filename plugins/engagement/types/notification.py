"""Notification: what one person was told; and what marking as read takes and answers."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Info, global_id, local_id
from plugins.engagement.catalogue import NotificationKind
from plugins.engagement.loaders import NotificationById
from plugins.engagement.models import NotificationRow
from plugins.engagement.types.links import Report
from schema.scalars import as_city_time

strawberry.enum(NotificationKind, description="What a notification tells its recipient.")


@strawberry.federation.type(keys=["id"], description="What one person was told. Only that person sees it.")
class Notification:
    id: strawberry.ID
    kind: NotificationKind
    title: str = strawberry.field(description="Vietnamese, one line.")
    body: str = strawberry.field(description="Vietnamese, plain text.")
    title_en: str
    body_en: str
    created_at: datetime
    read_at: datetime | None = strawberry.field(description="When it was first marked as read; null while unread.")
    report: Report | None = strawberry.field(description="The report that it is about.")

    @classmethod
    def of(cls, row: NotificationRow) -> Notification:
        return cls(
            id=global_id("Notification", str(row.id)),
            kind=NotificationKind(row.kind),
            title=row.title,
            body=row.body,
            title_en=row.title_en,
            body_en=row.body_en,
            created_at=as_city_time(row.created_at),
            read_at=None if row.read_at is None else as_city_time(row.read_at),
            report=None if row.report is None else Report.at(row.report),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Notification | None:
        row = await info.context.load(NotificationById, local_id("Notification", id))
        return None if row is None or row.recipient != info.context.actor.id else cls.of(row)


@strawberry.input(description="Which notifications were read: either `ids`, or `all`.")
class MarkReadInput:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="1 to 100 of one's own.")
    all: bool = strawberry.field(default=False, description="Everything that is unread now.")
    client_mutation_id: str | None = None


@strawberry.type(description="An inbox after something in it was marked as read.")
class ReadInbox:
    unread_count: int = strawberry.field(description="How many are unread still.")
    notifications: list[Notification] = strawberry.field(
        description="Those that `ids` named, as they are now; empty with `all`."
    )
