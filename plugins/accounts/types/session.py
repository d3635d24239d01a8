"""SignedInSession: one sign-in of a person, and what ending some takes and answers."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Actor, global_id
from identity.tables import SessionRow
from schema.micros import from_micros


@strawberry.type(description="One sign-in that goes on. Only its person sees it.")
class SignedInSession:
    id: strawberry.ID = strawberry.field(description="To end it by; it lets nobody in.")
    channel: str = strawberry.field(description="WEB or APP.")
    device: str = strawberry.field(description="Such as `Chrome, Android`.")
    level: int = strawberry.field(description="Of the e-ID at this sign-in: 1 or 2.")
    begun_at: datetime
    seen_at: datetime = strawberry.field(description="When it was last refreshed.")
    is_this: bool = strawberry.field(description="Whether it is the one that asks.")

    @classmethod
    def of(cls, row: SessionRow, actor: Actor) -> SignedInSession:
        return cls(
            id=global_id("SignedInSession", row.id),
            channel=row.channel,
            device=row.device,
            level=row.level,
            begun_at=from_micros(row.begun_at),
            seen_at=from_micros(row.seen_at),
            is_this=row.id == actor.session,
        )


@strawberry.type(description="Sessions that were ended.")
class EndedSessions:
    ids: list[strawberry.ID]


@strawberry.input(description="A session to end.")
class EndSessionInput:
    id: strawberry.ID
    client_mutation_id: str | None = None


@strawberry.input(description="Nothing to say but the client's own id.")
class EndOtherSessionsInput:
    client_mutation_id: str | None = None
