"""Drafting an alert: what its issuer writes, checked and stored for a second person to approve."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from gateway.plugin import Actor, Refused, random_id
from plugins.engagement.cap import AlertMsgType, AlertState
from plugins.engagement.models import AlertRow, AlertWardRow
from plugins.engagement.service.alerts import issued_alert
from plugins.engagement.service.rights import DRAFTING_SCOPES, check_right
from plugins.engagement.settings import EngagementSettings
from schema.scalars import as_city_time, utc_now

WARDS_MOST = 200
IDENTIFIER_RANDOM = 10
_WARD_CODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text as it was sent, in Vietnamese and in English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert as its issuer wrote it.

    ``terms``: the columns ``status``, ``category``, ``urgency``, ``severity``, ``certainty`` with their values.
    ``texts``: ``event``, ``headline``, ``description``, ``instruction``, ``areaDesc``.
    ``updates``: identifier of the alert that this one is to replace.
    """

    terms: Mapping[str, str]
    texts: Mapping[str, Bilingual]
    ward_codes: Collection[str]
    expires: datetime
    effective: datetime | None = None
    updates: str | None = None


def ward_codes(given: Collection[str]) -> list[str]:
    """The codes, each once, sorted.

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


def check_known(codes: Collection[str], known: Collection[str]) -> None:
    """Raises: Refused: UNKNOWN_WARD, naming the codes that are not among ``known``."""
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise Refused(f"No ward of the city has the code {', '.join(unknown)}.", code="UNKNOWN_WARD", field="wardCodes")


def draft_alert(session: Session, draft: AlertDraft, by: Actor, settings: EngagementSettings) -> AlertRow:
    """Store a draft. Nothing is emitted: only issuers and approvers may know of it.

    Raises:
        Refused: FORBIDDEN, BAD_WARD_CODE, TOO_MANY, TEXT_EMPTY, TEXT_TOO_LONG, BAD_TIME, and of the alert that it
            updates NOT_FOUND or ALERT_NOT_ACTIVE.
    """
    check_right(by, DRAFTING_SCOPES, "draft alerts")
    now = utc_now()
    _check_times(draft, now, settings)
    if draft.updates is not None:
        issued_alert(session, draft.updates, now, field="updates")
    columns: dict[str, Any] = {**draft.terms, **_text_columns(draft.texts, settings)}
    row = AlertRow(
        identifier=new_identifier(now),
        msg_type=(AlertMsgType.ALERT if draft.updates is None else AlertMsgType.UPDATE).value,
        references=draft.updates,
        state=AlertState.DRAFT.value,
        drafted_by=by.id,
        drafted_at=now,
        effective=draft.effective,
        expires=draft.expires,
        **columns,
    )
    return add_alert(session, row, ward_codes(draft.ward_codes))


def add_alert(session: Session, row: AlertRow, codes: Collection[str]) -> AlertRow:
    """Store a message and the wards that it names."""
    session.add(row)
    session.flush()
    session.add_all([AlertWardRow(alert=row.identifier, ward_code=code) for code in codes])
    session.flush()
    return row


def new_identifier(now: datetime) -> str:
    """CAP's: unique, and without spaces, commas, ``<`` and ``&``."""
    return f"HCMC-{as_city_time(now):%Y%m%d}-{random_id(IDENTIFIER_RANDOM)}"


def checked_text(given: str, field: str, most: int) -> str:
    """Raises: Refused: TEXT_EMPTY, TEXT_TOO_LONG. ``field``: as the client spells it."""
    text = given.strip()
    if not text:
        raise Refused(f"{field} is empty: it is needed in Vietnamese and in English.", code="TEXT_EMPTY", field=field)
    if len(text) > most:
        raise Refused(
            f"{field} has {len(text)} characters: at most {most} are taken.", code="TEXT_TOO_LONG", field=field
        )
    return text


def _text_columns(texts: Mapping[str, Bilingual], settings: EngagementSettings) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name, text in texts.items():
        most = settings.alert_headline_max if name in ("event", "headline") else settings.alert_text_max
        column = "area_desc" if name == "areaDesc" else name
        columns[f"{column}_vi"] = checked_text(text.vi, f"{name}.vi", most)
        columns[f"{column}_en"] = checked_text(text.en, f"{name}.en", most)
    return columns


def _check_times(draft: AlertDraft, now: datetime, settings: EngagementSettings) -> None:
    for field, moment in (("expires", draft.expires), ("effective", draft.effective)):
        if moment is not None and moment.utcoffset() is None:
            raise Refused(
                f"{field} has no offset: write it like 2026-11-23T18:00:00+07:00.", code="BAD_TIME", field=field
            )
    if draft.expires <= max(draft.effective or now, now):
        raise Refused("expires must be after now and after effective.", code="BAD_TIME", field="expires")
    if draft.expires - now > timedelta(hours=settings.alert_duration_max_h):
        raise Refused(
            f"expires is more than {settings.alert_duration_max_h} hours from now.", code="BAD_TIME", field="expires"
        )
