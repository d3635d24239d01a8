"""Alert: an urgent message in the terms of CAP 1.2."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Actor, Info, global_id, local_id
from plugins.engagement import cap
from plugins.engagement.cap import (
    AlertCategory,
    AlertCertainty,
    AlertMsgType,
    AlertSeverity,
    AlertState,
    AlertStatus,
    AlertUrgency,
)
from plugins.engagement.loaders import AlertByIdentifier, WardsOfAlert
from plugins.engagement.models import AlertRow
from plugins.engagement.service.alerts import state_of
from plugins.engagement.service.rights import DRAFT_SCOPES
from plugins.engagement.settings import EngagementSettings
from plugins.engagement.types.links import Ward
from schema.scalars import as_city_time, utc_now
from schema.text import Text

for _enum, _description in (
    (cap.AlertStatus, "CAP 1.2 status: how the message is to be handled."),
    (cap.AlertMsgType, "CAP 1.2 msgType: what the message does to an earlier one."),
    (cap.AlertCategory, "CAP 1.2 category: what kind of event."),
    (cap.AlertUrgency, "CAP 1.2 urgency: when to act."),
    (cap.AlertSeverity, "CAP 1.2 severity: how bad it is, the worst first."),
    (cap.AlertCertainty, "CAP 1.2 certainty: how sure it is."),
    (cap.AlertState, "Where a message is in its life; UPDATED is one that a later message has replaced."),
):
    strawberry.enum(_enum, description=_description)


@strawberry.federation.type(keys=["id"], description="An urgent message in the terms of CAP 1.2 (OASIS).")
class Alert:
    row: strawberry.Private[AlertRow]
    id: strawberry.ID
    identifier: str = strawberry.field(description="CAP identifier, unique with the sender.")
    status: AlertStatus
    msg_type: AlertMsgType
    category: AlertCategory
    urgency: AlertUrgency
    severity: AlertSeverity
    certainty: AlertCertainty
    state: AlertState
    event: Text = strawberry.field(description="The kind of event, in a few words.")
    headline: Text
    description: Text
    instruction: Text | None = strawberry.field(description="What to do; null in a cancellation.")
    area_desc: Text = strawberry.field(description="The area, in words.")
    sent_at: datetime | None = strawberry.field(description="When it was issued; null in a draft.")
    effective: datetime | None = strawberry.field(description="From when it counts; null: from when it is issued.")
    expires: datetime
    is_sample: bool = strawberry.field(description="Made for development: nothing has happened.")

    @strawberry.field(description="CAP sender.")
    def sender(self, info: Info) -> str:
        return info.context.settings(EngagementSettings).alert_sender

    @strawberry.field(description="GSO codes of the wards that it names; none is the whole city.")
    async def ward_codes(self, info: Info) -> list[str]:
        return await info.context.load(WardsOfAlert, self.identifier) or []

    @strawberry.field(description="The wards that it names; none is the whole city.")
    async def wards(self, info: Info) -> list[Ward] | None:
        return [Ward.at(code) for code in await info.context.load(WardsOfAlert, self.identifier) or []]

    @strawberry.field(description="The message that this one updates or cancels.")
    async def references(self, info: Info) -> Alert | None:
        if self.row.references is None:
            return None
        row = await info.context.load(AlertByIdentifier, self.row.references)
        return None if row is None else Alert.of(row)

    @classmethod
    def of(cls, row: AlertRow) -> Alert:
        return cls(
            row=row,
            id=global_id("Alert", row.identifier),
            identifier=row.identifier,
            status=AlertStatus(row.status),
            msg_type=AlertMsgType(row.msg_type),
            category=AlertCategory(row.category),
            urgency=AlertUrgency(row.urgency),
            severity=AlertSeverity(row.severity),
            certainty=AlertCertainty(row.certainty),
            state=state_of(row, utc_now()),
            event=Text(vi=row.event_vi, en=row.event_en),
            headline=Text(vi=row.headline_vi, en=row.headline_en),
            description=Text(vi=row.description_vi, en=row.description_en),
            instruction=Text(vi=row.instruction_vi, en=row.instruction_en) if row.instruction_vi else None,
            area_desc=Text(vi=row.area_desc_vi, en=row.area_desc_en),
            sent_at=None if row.sent_at is None else as_city_time(row.sent_at),
            effective=None if row.effective is None else as_city_time(row.effective),
            expires=as_city_time(row.expires),
            is_sample=row.is_sample,
        )

    @classmethod
    def seen_by(cls, row: AlertRow | None, actor: Actor) -> Alert | None:
        """None for a draft, to whoever neither issues nor approves."""
        if row is None or (row.state == AlertState.DRAFT and not actor.has_scopes(DRAFT_SCOPES)):
            return None
        return cls.of(row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Alert | None:
        row = await info.context.load(AlertByIdentifier, local_id("Alert", id))
        return cls.seen_by(row, info.context.actor)
