"""The rules of the inbox: who is told what, once; one's own notifications, read and unread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from gateway.plugin import Actor, Event, Refused, emit
from plugins.engagement.catalogue import catalogue
from plugins.engagement.models import NotificationRow
from plugins.engagement.service.cursors import whole_number
from schema.paging import Page, Window
from schema.scalars import utc_now

IDS_MOST = 100


def notify_reporter(session: Session, event: Event) -> None:
    """Tell the reporter of what happened to the report, and emit ``engagement.notification_created``.

    An event that comes again writes nothing: one notification for each event and recipient.
    """
    reporter = event["reporter"]
    if not reporter or _was_told(session, event.id, reporter):
        return
    template = catalogue()[event.kind]
    code = event["code"]
    row = NotificationRow(
        event_id=event.id,
        recipient=reporter,
        kind=template.kind.value,
        title=template.title.format(code=code),
        body=template.body.format(code=code),
        title_en=template.title_en.format(code=code),
        body_en=template.body_en.format(code=code),
        report=str(event["id"]),
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    emit(session, Event("engagement.notification_created", {"id": str(row.id), "recipient": reporter}))


def _was_told(session: Session, event_id: int, recipient: str) -> bool:
    told = select(NotificationRow.id).where(
        NotificationRow.event_id == event_id, NotificationRow.recipient == recipient
    )
    return session.exec(told).first() is not None


def inbox(session: Session, asked: Window, recipient: str, *, unread: bool) -> Page[NotificationRow]:
    """One person's notifications, the newest first; ``unread``: those alone."""
    query = _of(select(NotificationRow), recipient, unread=unread)
    if asked.after is not None:
        query = query.where(col(NotificationRow.id) < whole_number(asked.after[0]))
    rows = session.exec(query.order_by(col(NotificationRow.id).desc()).limit(asked.limit + 1)).all()
    return Page.of(rows, asked, lambda row: (row.id,))


def count_inbox(session: Session, recipient: str, *, unread: bool) -> int:
    return int(session.exec(_of(select(func.count(col(NotificationRow.id))), recipient, unread=unread)).one())


def mark_read(session: Session, ids: Sequence[str], by: Actor) -> list[NotificationRow]:
    """Note that ``by`` has read these, in the order of ``ids``; one read before keeps its time.

    Raises:
        Refused: TOO_MANY, or NOT_FOUND when one of them is not a notification of ``by``'s: then none is marked.
    """
    if len(ids) > IDS_MOST:
        raise Refused(f"{len(ids)} ids: mark at most {IDS_MOST} at a time, or all.", code="TOO_MANY", field="ids")
    named = [row_id(key) for key in ids]
    query = _of(select(NotificationRow), by.id, unread=False).where(col(NotificationRow.id).in_(named))
    rows = {row.id: row for row in session.exec(query)}
    for key, number in zip(ids, named, strict=True):
        if number not in rows:
            raise Refused(f"There is no notification {key[:20]!r} in your inbox.", code="NOT_FOUND", field="ids")
    now = utc_now()
    for row in rows.values():
        row.read_at = row.read_at or now
    return [rows[number] for number in dict.fromkeys(named)]


def mark_all_read(session: Session, by: Actor) -> int:
    """Note that ``by`` has read everything; returns how many were unread."""
    unread = (
        update(NotificationRow)
        .where(col(NotificationRow.recipient) == by.id, col(NotificationRow.read_at).is_(None))
        .values(read_at=utc_now())
    )
    return cast("CursorResult[Any]", session.execute(unread)).rowcount


def row_id(key: str) -> int:
    """A notification's local id as the number of its row; -1, which no row has, when it is none."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else -1


def _of(query: SelectOfScalar[Any], recipient: str, *, unread: bool) -> SelectOfScalar[Any]:
    query = query.where(NotificationRow.recipient == recipient)
    return query.where(col(NotificationRow.read_at).is_(None)) if unread else query
