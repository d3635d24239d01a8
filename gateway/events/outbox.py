"""The outbox: events, written in the transaction of the change that emits them. It is the truth; all else carries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

import orjson
from sqlalchemy import CursorResult, delete, func
from sqlmodel import Field, Session, SQLModel, select

from gateway.events.event import Event
from schema.errors import Refused
from schema.scalars import as_city_time, utc_now
from schema.tables import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of the gateway's own tables."""


class OutboxRow(Table, table=True):
    """An event as it is stored. ``data``: JSON."""

    __tablename__ = "gateway_outbox"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    data: str
    at: datetime

    def to_event(self) -> Event:
        return Event(kind=self.kind, data=orjson.loads(self.data), id=self.id or 0, at=as_city_time(self.at))


def emit(session: Session, event: Event) -> None:
    """Store the event with the change: both commit, or neither does. Published after the commit."""
    row = OutboxRow(kind=event.kind, data=orjson.dumps(dict(event.data)).decode(), at=event.at)
    session.add(row)
    session.info["emitted"] = True


def events_after(session: Session, after: int, kinds: Collection[str] | None, limit: int = 500) -> list[Event]:
    """Up to ``limit`` events with a greater id, in order, of these kinds (None: of all)."""
    query = select(OutboxRow).where(cast(Any, OutboxRow.id) > after)
    if kinds is not None:
        query = query.where(cast(Any, OutboxRow.kind).in_(kinds))
    rows = session.exec(query.order_by(cast(Any, OutboxRow.id)).limit(limit))
    return [row.to_event() for row in rows]


def last_event_id(session: Session) -> int:
    return session.exec(select(func.max(OutboxRow.id))).one() or 0


def check_kept(session: Session, after: int) -> None:
    """Refuse to replay from before the first kept event, rather than leave a gap unsaid.

    Raises:
        Refused: EVENTS_GONE, when events after ``after`` have been deleted for age; EVENT_UNKNOWN, when there has
            been no event of that id yet: whoever waits for it would miss those before it.
    """
    if after > last_event_id(session):
        raise Refused(
            "after names an event that has not been: read the state anew and subscribe without after.",
            code="EVENT_UNKNOWN",
            field="after",
        )
    first = session.exec(select(func.min(OutboxRow.id))).one()
    # A row before ``after`` exists, or nothing was ever deleted: then nothing is missing.
    if first is not None and after + 1 < first and first > 1:
        raise Refused(
            f"Events up to {first - 1} are no longer kept: read the state anew and subscribe without after.",
            code="EVENTS_GONE",
            field="after",
        )


def forget_before(session: Session, days: int) -> int:
    """Delete events older than ``days``, but always keep the newest: ids go on growing from it. Returns how many."""
    newest = last_event_id(session)
    gone = delete(OutboxRow).where(
        cast(Any, OutboxRow.at) < utc_now() - timedelta(days=days), cast(Any, OutboxRow.id) < newest
    )
    return cast("CursorResult[Any]", session.execute(gone)).rowcount
