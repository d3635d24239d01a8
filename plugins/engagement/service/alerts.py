"""The rules of alerts: drafted by one person, issued by another, updated, cancelled; which are active where."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_
from sqlmodel import Session, col, select

from gateway.plugin import Actor, Event, Refused, emit, random_id
from plugins.engagement.cap import AlertMsgType, AlertSeverity, AlertState
from plugins.engagement.models import AlertRow, AlertWardRow
from plugins.engagement.service.cursors import micros
from plugins.engagement.settings import EngagementSettings
from schema.paging import Page, SortKey, Window
from schema.scalars import as_city_time, utc_now

WARDS_MOST = 200
ACTIVE_MOST = 500
_WARD_CODE = re.compile(r"[0-9]{5}")
_TEXTS = ("event", "headline", "description", "instruction", "area_desc")
_COPIED = ("status", "category", "urgency", "severity", "certainty", "expires", "is_sample")


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert as its issuer wrote it.

    ``terms``: columns of CAP's terms -> their values. ``texts``: ``event``, ``headline``, ``description``,
    ``instruction``, ``area_desc`` -> (Vietnamese, English). ``updates``: identifier of the alert it stands in for.
    """

    terms: dict[str, str]
    texts: dict[str, tuple[str, str]]
    ward_codes: tuple[str, ...]
    expires: datetime
    effective: datetime | None = None
    updates: str | None = None


def ward_codes(given: Collection[str]) -> list[str]:
    """The codes, each once, in order.

    Raises:
        Refused: BAD_WARD_CODE, when one is not five digits; TOO_MANY.
    """
    if len(given) > WARDS_MOST:
        raise Refused(f"{len(given)} wards: name at most {WARDS_MOST}.", code="TOO_MANY", field="wardCodes")
    for code in given:
        if not _WARD_CODE.fullmatch(code):
            raise Refused(
                f"{code[:20]!r} is no ward's code: five digits, like 26740.", code="BAD_WARD_CODE", field="wardCodes"
            )
    return sorted(set(given))


def draft_alert(session: Session, draft: AlertDraft, by: Actor, settings: EngagementSettings) -> AlertRow:
    """Store a draft, which only issuers and approvers see. ``draft.ward_codes`` have been checked.

    Raises:
        Refused: TEXT_EMPTY, TEXT_TOO_LONG, BAD_TIME, ALERT_TOO_LONG, and of the updated alert NOT_FOUND or
            ALERT_NOT_ACTIVE.
    """
    now = utc_now()
    expires = _moment(draft.expires, "expires")
    effective = None if draft.effective is None else _moment(draft.effective, "effective")
    _check_times(effective or now, expires, now, settings)
    if draft.updates is not None:
        _active(session, draft.updates, now)
    row = AlertRow(
        identifier=new_identifier(now),
        msg_type=(AlertMsgType.ALERT if draft.updates is None else AlertMsgType.UPDATE).value,
        references=draft.updates,
        state=AlertState.DRAFT.value,
        drafted_by=by.id,
        drafted_at=now,
        effective=effective,
        expires=expires,
        **draft.terms,
        **_columns(draft.texts, settings),
    )
    add_alert(session, row, draft.ward_codes)
    return row


def add_alert(session: Session, row: AlertRow, codes: Collection[str]) -> None:
    session.add(row)
    session.flush()
    session.add_all([AlertWardRow(alert=row.identifier, ward_code=code) for code in codes])
    session.flush()


def new_identifier(now: datetime) -> str:
    """CAP's: unique, without spaces, commas, ``<`` and ``&``."""
    return f"HCMC-{as_city_time(now):%Y%m%d}-{random_id(10)}"


def approve_alert(session: Session, identifier: str, by: Actor) -> AlertRow:
    """Issue a draft of another person's, and emit ``engagement.alert_issued``.

    Raises:
        Refused: NOT_FOUND, NOT_A_DRAFT, SAME_PERSON, ALERT_EXPIRED, and of the updated alert ALERT_NOT_ACTIVE.
    """
    now = utc_now()
    row = _existing(session, identifier)
    if row.drafted_by == by.id:
        raise Refused("Who drafted an alert cannot approve it: ask a second person.", code="SAME_PERSON", field="id")
    if row.state != AlertState.DRAFT:
        raise Refused(f"{identifier} is {row.state}, not a draft.", code="NOT_A_DRAFT", field="id")
    if as_city_time(row.expires) <= now:
        raise Refused(f"{identifier} has expired: draft it anew.", code="ALERT_EXPIRED", field="id")
    told = set(wards_of(session, [identifier]).get(identifier, ()))
    if row.references is not None:
        original = _active(session, row.references, now)
        original.state = AlertState.UPDATED.value
        # Who was told of the original must hear of the update, in a ward that it no longer names too.
        before = set(wards_of(session, [original.identifier]).get(original.identifier, ()))
        told = told | before if told and before else set()
    row.state, row.approved_by, row.sent_at = AlertState.ISSUED.value, by.id, now
    row.effective = row.effective or now
    _tell(session, "engagement.alert_issued", row, told)
    return row


def cancel_alert(
    session: Session, identifier: str, reason: tuple[str, str], by: Actor, settings: EngagementSettings
) -> AlertRow:
    """Cancel an issued alert by a message that references it, and emit ``engagement.alert_cancelled``.

    One person may: a false alarm is taken back at once. Returns the cancelling message; ``reason``: Vietnamese, English.

    Raises:
        Refused: NOT_FOUND, ALERT_NOT_ACTIVE, TEXT_EMPTY, TEXT_TOO_LONG.
    """
    now = utc_now()
    original = _active(session, identifier, now)
    described = _text_columns("description", reason, "reason", settings.alert_text_max)
    row = AlertRow(
        identifier=new_identifier(now),
        msg_type=AlertMsgType.CANCEL.value,
        references=identifier,
        state=AlertState.ISSUED.value,
        drafted_by=by.id,
        approved_by=by.id,
        drafted_at=now,
        sent_at=now,
        effective=now,
        headline_vi=f"Hủy cảnh báo: {original.headline_vi}",
        headline_en=f"Cancelled: {original.headline_en}",
        instruction_vi="",
        instruction_en="",
        **{name: getattr(original, name) for name in _COPIED},
        **{f"{text}_{lang}": getattr(original, f"{text}_{lang}") for text in ("event", "area_desc") for lang in _LANGS},
        **described,
    )
    codes = wards_of(session, [identifier]).get(identifier, [])
    add_alert(session, row, codes)
    original.state = AlertState.CANCELLED.value
    _tell(session, "engagement.alert_cancelled", row, codes)
    return row


def state_of(row: AlertRow, now: datetime) -> AlertState:
    """As stored, but what was to stand until a time past has expired."""
    state = AlertState(row.state)
    if state in (AlertState.DRAFT, AlertState.ISSUED) and as_city_time(row.expires) <= now:
        return AlertState.EXPIRED
    return state


def active_alerts(session: Session, asked: Window, codes: Collection[str] | None) -> Page[AlertRow]:
    """Issued alerts in effect now, the worst first, then the newest. ``codes``: None is every ward."""
    return Page.cut(_active_rows(session, codes), asked, _by_severity)


def count_active(session: Session, codes: Collection[str] | None) -> int:
    return len(_active_rows(session, codes))


def _active_rows(session: Session, codes: Collection[str] | None) -> Sequence[AlertRow]:
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
    return session.exec(query.order_by(col(AlertRow.sent_at).desc()).limit(ACTIVE_MOST)).all()


def alert_drafts(session: Session, asked: Window) -> Page[AlertRow]:
    """Drafts that may still be issued, the newest first."""
    return Page.cut(_draft_rows(session), asked, lambda row: (-micros(row.drafted_at), row.identifier))


def count_drafts(session: Session) -> int:
    return len(_draft_rows(session))


def _draft_rows(session: Session) -> Sequence[AlertRow]:
    query = select(AlertRow).where(AlertRow.state == AlertState.DRAFT.value, col(AlertRow.expires) > utc_now())
    return session.exec(query.order_by(col(AlertRow.drafted_at).desc()).limit(ACTIVE_MOST)).all()


def _by_severity(row: AlertRow) -> SortKey:
    return (AlertSeverity(row.severity).rank, -micros(row.sent_at or row.drafted_at), row.identifier)


def wards_of(session: Session, identifiers: Sequence[str]) -> dict[str, list[str]]:
    """Identifier -> the sorted codes of the wards that the alert names; one that names none is left out."""
    query = select(AlertWardRow).where(col(AlertWardRow.alert).in_(identifiers))
    found: dict[str, list[str]] = {}
    for row in session.exec(query.order_by(col(AlertWardRow.ward_code))):
        found.setdefault(row.alert, []).append(row.ward_code)
    return found
