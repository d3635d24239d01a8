"""What the plugin holds of one person, their notifications: told to them, and erased with them."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlmodel import Session, col, select

from plugins.engagement.models import NotificationRow
from schema.scalars import as_city_time


def held_of(session: Session, person: str) -> dict[str, Any]:
    """The person's notifications, the newest first."""
    mine = select(NotificationRow).where(NotificationRow.recipient == person)
    return {
        "notifications": [
            {
                "kind": row.kind,
                "title": row.title,
                "body": row.body,
                "created_at": as_city_time(row.created_at).isoformat(),
                "read_at": None if row.read_at is None else as_city_time(row.read_at).isoformat(),
            }
            for row in session.exec(mine.order_by(col(NotificationRow.id).desc()))
        ]
    }


def erase_person(session: Session, person: str) -> dict[str, Any]:
    """Take out the person's notifications."""
    done = session.execute(delete(NotificationRow).where(col(NotificationRow.recipient) == person))
    return {"erased": cast("CursorResult[Any]", done).rowcount, "kept": 0}
