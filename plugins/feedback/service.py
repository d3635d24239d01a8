"""The rules: a report is submitted, and taken on step by step to its answer. Plain functions of a session."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, select

from gateway.plugin import Actor, Event, Refused, emit, random_id
from plugins.feedback.categories import category_named
from plugins.feedback.indexes import index_report
from plugins.feedback.machine import SUBMITTED_EVENT, Given, Transition, transitions
from plugins.feedback.models import ReportRow, StepRow
from plugins.feedback.queries import visible_to
from plugins.feedback.settings import FeedbackSettings
from plugins.feedback.terms import Action, Kind, State, Visibility
from plugins.feedback.times import city_day
from schema.geo import CITY_BOUNDS, Box, Point
from schema.micros import to_micros
from schema.scalars import utc_now

_CITY = Box(*CITY_BOUNDS)
_DROPPED = {"Cc", "Cf", "Cs"}
_KEPT = "\n\t\u200c\u200d"
_NEXT_SERIAL = text(
    "INSERT INTO feedback_day (day, last) VALUES (:day, 1) "
    "ON CONFLICT (day) DO UPDATE SET last = feedback_day.last + 1 RETURNING last"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a citizen writes, as it came in. ``kind``: None is the category's own. ``accuracy_m``: radius, metres."""

    category: str
    title: str
    body: str = ""
    kind: Kind | None = None
    point: Point | None = None
    address_text: str | None = None
    accuracy_m: float | None = None
    visibility: Visibility = Visibility.PUBLIC_ANONYMISED


def clean(value: str, *, one_line: bool = False) -> str:
    """Text as it is stored: in Unicode form NFC, without control and direction characters and blanks around it.

    Keyboards differ in how they spell ``ệ``; lengths and comparisons must not.
    """
    composed = unicodedata.normalize("NFC", value).replace("\r\n", "\n")
    kept = "".join(c if c in _KEPT or unicodedata.category(c) not in _DROPPED else " " for c in composed)
    return " ".join(kept.split()) if one_line else kept.strip()


def checked(draft: Draft, settings: FeedbackSettings) -> Draft:
    """The draft, cleaned and found good.

    Raises:
        Refused: UNKNOWN_CATEGORY, CATEGORY_NOT_FOR_KIND, TITLE_REQUIRED, TITLE_TOO_LONG, BODY_TOO_LONG,
            ADDRESS_TOO_LONG, OUT_OF_CITY, BAD_ACCURACY.
    """
    category = category_named(draft.category, draft.kind)
    title = clean(draft.title, one_line=True)
    if not any(c.isalnum() for c in title):
        raise Refused(
            "A report has a title: say in a few words what it is about.", code="TITLE_REQUIRED", field="title"
        )
    _at_most(settings.title_max, title, "title", "TITLE_TOO_LONG")
    body = clean(draft.body)
    _at_most(settings.body_max, body, "body", "BODY_TOO_LONG")
    address = clean(draft.address_text or "", one_line=True)
    _at_most(settings.address_max, address, "location.addressText", "ADDRESS_TOO_LONG")
    if draft.point is not None and not _CITY.holds(draft.point):
        raise Refused(
            f"The point {draft.point.lat}, {draft.point.lng} is not in Ho Chi Minh City.",
            code="OUT_OF_CITY",
            field="location.point",
        )
    if draft.accuracy_m is not None and not 0 <= draft.accuracy_m < 1e6:
        raise Refused(
            "accuracyM is a radius in metres, from 0 to 1,000,000.", code="BAD_ACCURACY", field="location.accuracyM"
        )
    return Draft(
        category.code, title, body, category.kind, draft.point, address or None, draft.accuracy_m, draft.visibility
    )


def _at_most(most: int, value: str, field: str, code: str) -> None:
    if len(value) > most:
        raise Refused(f"{field} has {len(value)} characters: at most {most}.", code=code, field=field)


def submit_report(
    session: Session,
    draft: Draft,
    by: Actor,
    *,
    ward: str | None,
    settings: FeedbackSettings,
    now: datetime | None = None,
) -> ReportRow:
    """Store a report and emit ``feedback.report_submitted``. ``ward``: GSO code of the ward that the point is in.

    Raises:
        Refused: FORBIDDEN, LEVEL_TOO_LOW, and those of ``checked``.
    """
    if not by.is_authenticated or "feedback:submit" not in by.scopes:
        raise Refused("You may not submit reports.", code="FORBIDDEN")
    if by.level < settings.submit_level:
        raise Refused(f"Submitting needs an e-ID of level {settings.submit_level}.", code="LEVEL_TOO_LOW")
    moment = now or utc_now()
    row = store_report(session, checked(draft, settings), by, ward=ward, now=moment)
    _tell(session, SUBMITTED_EVENT, row, moment)
    return row


def store_report(
    session: Session,
    draft: Draft,
    by: Actor,
    *,
    ward: str | None,
    now: datetime,
    key: str | None = None,
    is_sample: bool = False,
) -> ReportRow:
    """Write a checked draft, its first step and its places in the indexes; nobody is told. ``key``: random if None."""
    assert draft.kind is not None
    row = ReportRow(
        key=key or random_id(),
        code=next_code(session, now),
        kind=draft.kind.value,
        category=draft.category,
        title=draft.title,
        body=draft.body,
        lat=draft.point.lat if draft.point else None,
        lng=draft.point.lng if draft.point else None,
        accuracy_m=draft.accuracy_m,
        address_text=draft.address_text,
        ward=ward,
        visibility=draft.visibility.value,
        state=State.SUBMITTED.value,
        reporter=by.id,
        submitted_at=to_micros(now),
        updated_at=to_micros(now),
        is_sample=is_sample,
    )
    session.add(row)
    session.flush()
    index_report(session, row)
    _note_step(session, row, Action.SUBMIT, None, by, now)
    return row


def next_code(session: Session, now: datetime) -> str:
    """``PA-YYMMDD-NNNNN``: the city's day and the next serial of that day; the write lock is held until the commit."""
    day = city_day(now)
    serial: int = session.execute(_NEXT_SERIAL, {"day": day}).scalar_one()
    return f"PA-{day}-{serial:05d}"


def act(
    session: Session,
    action: Action,
    key: str,
    given: Given,
    by: Actor,
    *,
    expected_version: int | None,
    settings: FeedbackSettings,
    now: datetime | None = None,
) -> ReportRow:
    """Take a report one step on, as the state machine has it, and emit the step's event.

    Raises:
        Refused: NOT_FOUND (also when it is not for this actor to know of), FORBIDDEN, VERSION_CONFLICT, BAD_STATE,
            and those of the step's guard.
    """
    row = report_to_change(session, key, by)
    ways = [way for way in transitions(action) if way.allows(by, row)]
    if not ways:
        raise Refused(f"You may not {action.lower()} this report.", code="FORBIDDEN", field="id")
    if expected_version is not None and expected_version != row.version:
        raise Refused(
            f"The report is at version {row.version}, not {expected_version}: read it again, then decide.",
            code="VERSION_CONFLICT",
            field="expectedVersion",
        )
    way = next((way for way in ways if row.state in way.sources), None)
    if way is None:
        raise Refused(f"The report is {row.state}: {action} does not lead on from there.", code="BAD_STATE", field="id")
    way.guard(given, settings)
    moment = now or utc_now()
    step(session, row, way, given, by, moment)
    _tell(session, way.event, row, moment)
    return row


def step(session: Session, row: ReportRow, way: Transition, given: Given, by: Actor, now: datetime) -> None:
    """Write a step that has been checked; nobody is told."""
    way.effect(session, row, given, by, now)
    row.state = way.to.value
    row.version += 1
    row.updated_at = to_micros(now)
    _note_step(session, row, way.action, row.agency or by.agency, by, now)


def report_to_change(session: Session, key: str, by: Actor) -> ReportRow:
    """The report, locked until the commit.

    Raises:
        Refused: NOT_FOUND.
    """
    query = select(ReportRow).where(ReportRow.key == key, visible_to(by)).with_for_update()
    row = session.exec(query).one_or_none()
    if row is None:
        raise not_found()
    return row


def not_found() -> Refused:
    """The one answer for a report that is not there and for one that the actor may not know of."""
    return Refused("There is no such report.", code="NOT_FOUND", field="id")


def _note_step(session: Session, row: ReportRow, action: Action, agency: str | None, by: Actor, now: datetime) -> None:
    assert row.id is not None
    session.add(
        StepRow(report=row.id, action=action.value, state=row.state, agency=agency, by=by.id, at=to_micros(now))
    )


def _tell(session: Session, kind: str, row: ReportRow, now: datetime) -> None:
    """Ids and plain values only: no text of a citizen travels with an event."""
    data = {
        "id": row.key,
        "code": row.code,
        "reporter": row.reporter,
        "state": row.state,
        "agency": row.agency,
        "ward": row.ward,
        "visibility": row.visibility,
        "category": row.category,
    }
    emit(session, Event(kind, data, at=now))
