"""Alerts as they are read: which are active where, drafts, the state that time makes, the wards of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_
from sqlmodel import Session, col, select

from gateway.plugin import Actor, Event, Refused
from plugins.engagement.cap import AlertMsgType, AlertSeverity, AlertState
from plugins.engagement.models import AlertRow, AlertWardRow
from plugins.engagement.service.rights import DRAFT_SCOPES, check_right
from schema.micros import to_micros
from schema.paging import Page, SortKey, Window
from schema.scalars import utc_now

LISTED_MOST = 500


def existing_alert(session: Session, identifier: str) -> AlertRow:
    """Raises: Refused: NOT_FOUND."""
    row = session.get(AlertRow, identifier)
    if row is None:
        raise Refused(f"There is no alert {identifier[:60]!r}.", code="NOT_FOUND", field="id")
    return row


def issued_alert(session: Session, identifier: str, now: datetime, *, field: str = "id") -> AlertRow:
    """An alert that stands: issued, not expired, and not itself a cancellation.

    Raises:
        Refused: NOT_FOUND, ALERT_NOT_ACTIVE.
    """
    row = existing_alert(session, identifier)
    if state_of(row, now) != AlertState.ISSUED or row.msg_type == AlertMsgType.CANCEL:
        raise Refused(f"{identifier} is not an alert that stands now.", code="ALERT_NOT_ACTIVE", field=field)
    return row


def state_of(row: AlertRow, now: datetime) -> AlertState:
    """As stored, but what was to stand until a time that has passed is EXPIRED."""
    state = AlertState(row.state)
    if state in (AlertState.DRAFT, AlertState.ISSUED) and row.expires <= now:
        return AlertState.EXPIRED
    return state


def is_for(event: Event, codes: Collection[str] | None) -> bool:
    """Whether an alert's event concerns somebody who asked for ``codes``: None is every alert."""
    named = event["wards"]
    return codes is None or not named or not set(codes).isdisjoint(named)


def active_alerts(session: Session, asked: Window, codes: Collection[str] | None) -> Page[AlertRow]:
    """Alerts in effect now for these wards (None: for any), the worst first, then the newest."""
    return Page.cut(_active(session, codes), asked, _by_severity)


def count_active(session: Session, codes: Collection[str] | None) -> int:
    return len(_active(session, codes))


def alert_drafts(session: Session, asked: Window, by: Actor) -> Page[AlertRow]:
    """Drafts that can still be issued, the newest first. Raises: Refused: FORBIDDEN."""
    check_right(by, DRAFT_SCOPES, "see drafts of alerts")
    return Page.cut(_drafts(session), asked, lambda row: (-to_micros(row.drafted_at), row.identifier))


def count_drafts(session: Session, by: Actor) -> int:
    """Raises: Refused: FORBIDDEN."""
    check_right(by, DRAFT_SCOPES, "see drafts of alerts")
    return len(_drafts(session))


def wards_of(session: Session, identifiers: Sequence[str]) -> dict[str, list[str]]:
    """Identifier -> sorted codes of the wards that the alert names; one that names none is not in it."""
    query = select(AlertWardRow).where(col(AlertWardRow.alert).in_(identifiers))
    found: dict[str, list[str]] = {}
    for row in session.exec(query.order_by(col(AlertWardRow.ward_code))):
        found.setdefault(row.alert, []).append(row.ward_code)
    return found


def _active(session: Session, codes: Collection[str] | None) -> Sequence[AlertRow]:
    now = utc_now()
    query = select(AlertRow).where(
        AlertRow.state == AlertState.ISSUED.value,
        AlertRow.msg_type != AlertMsgType.CANCEL.value,
        col(AlertRow.effective) <= now,
        col(AlertRow.expires) > now,
    )
    if codes is not None:
        ward = select(AlertWardRow).where(AlertWardRow.alert == AlertRow.identifier)
        named: Any = exists(ward.where(col(AlertWardRow.ward_code).in_(codes)))
        query = query.where(or_(~exists(ward), named))
    return session.exec(query.order_by(col(AlertRow.sent_at).desc()).limit(LISTED_MOST)).all()


def _drafts(session: Session) -> Sequence[AlertRow]:
    query = select(AlertRow).where(AlertRow.state == AlertState.DRAFT.value, col(AlertRow.expires) > utc_now())
    return session.exec(query.order_by(col(AlertRow.drafted_at).desc()).limit(LISTED_MOST)).all()


def _by_severity(row: AlertRow) -> SortKey:
    return (AlertSeverity(row.severity).rank, -to_micros(row.sent_at or row.drafted_at), row.identifier)
