"""Issuing an alert: approved by a second person, updated, cancelled; and who is told."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from gateway.plugin import Actor, Event, Refused, emit
from plugins.engagement.cap import AlertMsgType, AlertState
from plugins.engagement.models import AlertRow
from plugins.engagement.service.alerts import existing_alert, issued_alert, wards_of
from plugins.engagement.service.drafting import Bilingual, add_alert, checked_text, new_identifier
from plugins.engagement.service.rights import APPROVING_SCOPES, check_right
from plugins.engagement.settings import EngagementSettings
from schema.scalars import utc_now

_CARRIED_OVER = (
    *("status", "category", "urgency", "severity", "certainty", "expires", "is_sample"),
    *("event_vi", "event_en", "area_desc_vi", "area_desc_en"),
)


def approve_alert(session: Session, identifier: str, by: Actor) -> AlertRow:
    """Issue a draft of another person's, and emit ``engagement.alert_issued``.

    Raises:
        Refused: FORBIDDEN, NOT_FOUND, SAME_PERSON, NOT_A_DRAFT, ALERT_EXPIRED, and of the alert that it updates
            ALERT_NOT_ACTIVE.
    """
    check_right(by, APPROVING_SCOPES, "issue alerts")
    now = utc_now()
    row = existing_alert(session, identifier)
    if row.drafted_by == by.id:
        raise Refused("Who drafted an alert cannot approve it: ask a second person.", code="SAME_PERSON", field="id")
    if row.state != AlertState.DRAFT:
        raise Refused(f"{identifier} is {row.state} and not a draft.", code="NOT_A_DRAFT", field="id")
    if row.expires <= now:
        raise Refused(f"{identifier} has expired: draft it anew.", code="ALERT_EXPIRED", field="id")
    told = _wards(session, identifier)
    if row.references is not None:
        original = issued_alert(session, row.references, now)
        original.state = AlertState.UPDATED.value
        told = _either(told, _wards(session, original.identifier))
    row.state, row.approved_by, row.sent_at = AlertState.ISSUED.value, by.id, now
    row.effective = row.effective or now
    _tell(session, "engagement.alert_issued", row, told)
    return row


def cancel_alert(
    session: Session, identifier: str, reason: Bilingual, by: Actor, settings: EngagementSettings
) -> AlertRow:
    """Cancel an issued alert by a message that references it, and emit ``engagement.alert_cancelled``.

    One person is enough: a false alarm is taken back at once. Returns the message that cancels.

    Raises:
        Refused: FORBIDDEN, NOT_FOUND, ALERT_NOT_ACTIVE, TEXT_EMPTY, TEXT_TOO_LONG.
    """
    check_right(by, APPROVING_SCOPES, "cancel alerts")
    now = utc_now()
    original = issued_alert(session, identifier, now)
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
        description_vi=checked_text(reason.vi, "reason.vi", settings.alert_text_max),
        description_en=checked_text(reason.en, "reason.en", settings.alert_text_max),
        instruction_vi="",
        instruction_en="",
        **{name: getattr(original, name) for name in _CARRIED_OVER},
    )
    told = _wards(session, identifier)
    add_alert(session, row, told)
    original.state = AlertState.CANCELLED.value
    _tell(session, "engagement.alert_cancelled", row, told)
    return row


def _wards(session: Session, identifier: str) -> list[str]:
    return wards_of(session, [identifier]).get(identifier, [])


def _either(codes: Collection[str], others: Collection[str]) -> list[str]:
    """Both areas together; none named is the whole city.

    Who was told of the original must hear of its update, in a ward that the update no longer names too.
    """
    return sorted({*codes, *others}) if codes and others else []


def _tell(session: Session, kind: str, row: AlertRow, wards: Collection[str]) -> None:
    """``wards``: whose people are told; none named is the whole city."""
    emit(session, Event(kind, {"id": row.identifier, "severity": row.severity, "wards": list(wards)}))
