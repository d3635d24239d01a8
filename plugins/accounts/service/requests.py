"""The rules of requests about one's data: asked, withdrawn, read and answered by the office that is to answer them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, func, or_, select

from gateway.plugin import Actor, Event, Refused, emit, random_id
from identity import audit
from identity.grants import grants_of
from identity.secrets import Secrets
from plugins.accounts.clocks import due
from plugins.accounts.models import RequestRow
from plugins.accounts.service.rights import answers_requests, in_person, not_found, own_account
from plugins.accounts.settings import AccountsSettings
from plugins.accounts.terms import RequestKind, RequestState
from plugins.accounts.texts import checked_text
from schema.micros import DAY_US
from schema.paging import Page, Window

SHOWN_MOST = 100
DAILY_MOST = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What one plugin did of an erasure. ``why_*``: what law keeps the rest, in words."""

    plugin: str
    erased: int
    kept: int
    why_vi: str = ""
    why_en: str = ""


def requests_of(session: Session, person: str) -> Sequence[RequestRow]:
    """The newest first; up to 100."""
    mine = select(RequestRow).where(RequestRow.person == person)
    return session.exec(mine.order_by(col(RequestRow.asked_at).desc(), col(RequestRow.id)).limit(SHOWN_MOST)).all()


def ask(
    session: Session,
    kind: RequestKind,
    note: str,
    by: Actor,
    *,
    secrets: Secrets,
    settings: AccountsSettings,
    now: int,
) -> RequestRow:
    """Note what a person asks of their data, with the law's clocks, and emit ``accounts.request_received``.

    Raises:
        Refused: those of one's own account; NOTE_TOO_LONG; NOTE_REQUIRED, to know what to correct; ALREADY_ASKED,
            while one of that kind is open; TOO_MANY_REQUESTS, of one day.
    """
    own_account(session, by)
    text = checked_text(note, settings.note_max, field="note", code="NOTE_TOO_LONG")
    if kind is RequestKind.CORRECT and not text:
        raise Refused("Say what is to be corrected, and how.", code="NOTE_REQUIRED", field="note")
    _check_often(session, kind, by.id, now)
    row = _received(kind, by.id, secrets.sealer.seal(text) if text else "", now)
    session.add(row)
    session.flush()
    record(session, "DATA_REQUESTED", row, by, now)
    emit(session, Event("accounts.request_received", told(row)))
    return row


def withdraw(session: Session, id: str, by: Actor, now: int) -> RequestRow:
    """Take back what is not answered yet. Again changes nothing.

    Raises:
        Refused: those of one's own account; NOT_FOUND; ALREADY_ANSWERED.
    """
    own_account(session, by)
    row = request_to_change(session, id)
    if row is None or row.person != by.id:
        raise not_found("request")
    if row.state == RequestState.RECEIVED:
        row.state, row.answered_at = RequestState.WITHDRAWN.value, now
        record(session, "DATA_REQUEST_WITHDRAWN", row, by, now)
    elif row.state != RequestState.WITHDRAWN:
        raise _answered()
    return row


def request_for(session: Session, id: str, actor: Actor) -> RequestRow | None:
    """One's own, or anybody's for the office that answers; else None, whether there is one or not.

    Raises:
        Refused: as ``in_person``, whether there is one or not.
    """
    in_person(actor)
    row = session.get(RequestRow, id)
    return row if row is not None and may_see(row, actor) else None


def may_see(row: RequestRow, actor: Actor) -> bool:
    return in_person(actor).id == row.person or answers_requests(actor)


def queue(session: Session, state: RequestState | None, asked: Window) -> Page[RequestRow]:
    """What the office has before it, by when a reply is due: as they were asked, since one clock is all requests'."""
    rows = select(RequestRow)
    if state is not None:
        rows = rows.where(RequestRow.state == state.value)
    if asked.after is not None:
        asked_at, id = asked.after
        if not (isinstance(asked_at, int) and abs(asked_at) < 2**63 and isinstance(id, str)):
            raise Refused("after is not a cursor of this list.", code="BAD_CURSOR", field="after")
        at_once = (RequestRow.asked_at == asked_at) & (RequestRow.id > id)
        rows = rows.where(or_(col(RequestRow.asked_at) > asked_at, at_once))
    ordered = rows.order_by(col(RequestRow.asked_at), col(RequestRow.id)).limit(asked.limit + 1)
    return Page.of(session.exec(ordered).all(), asked, lambda row: (row.asked_at, row.id))


def count_queue(session: Session, state: RequestState | None) -> int:
    rows = select(func.count(col(RequestRow.id)))
    return int(session.exec(rows if state is None else rows.where(RequestRow.state == state.value)).one())


def answerable(session: Session, id: str, by: Actor, now: int) -> RequestRow:
    """One that ``by`` may answer now.

    Raises:
        Refused: FORBIDDEN to who is not of the office; NOT_FOUND; SELF_ANSWER; ALREADY_ANSWERED; HOLDS_OFFICE, of
            somebody who is to be erased.
    """
    if not answers_requests(by):
        raise Refused("Requests are answered by the office for data protection.", code="FORBIDDEN")
    row = request_to_change(session, id)
    if row is None:
        raise not_found("request")
    if row.person == by.id:
        raise Refused("Nobody answers their own request.", code="SELF_ANSWER", field="id")
    if row.state != RequestState.RECEIVED:
        raise _answered()
    if row.kind == RequestKind.ERASE and grants_of(session, row.person, now):
        raise Refused("The person holds an office: its roles are revoked first.", code="HOLDS_OFFICE", field="id")
    return row


def checked_reason(reason: str, settings: AccountsSettings, *, needed: bool) -> str:
    """Raises: Refused: REASON_NEEDED, REASON_TOO_LONG."""
    text = checked_text(reason, settings.reason_max, field="reason", code="REASON_TOO_LONG")
    if needed and not text:
        raise Refused("Say why it is refused: the citizen reads it.", code="REASON_NEEDED", field="reason")
    return text


def finish(
    session: Session,
    row: RequestRow,
    state: RequestState,
    by: Actor,
    now: int,
    *,
    reason: str = "",
    result: Sequence[Part] = (),
) -> RequestRow:
    """Answer it, and emit ``accounts.request_answered``. ``reason``: sealed."""
    row.state, row.answered_at, row.reason = state.value, now, reason
    row.answered_by = "" if by.id == row.person else by.id
    row.result = json.dumps([asdict(part) for part in result], ensure_ascii=False)
    session.add(row)
    session.flush()
    record(session, "DATA_REQUEST_ANSWERED", row, by, now)
    emit(session, Event("accounts.request_answered", told(row)))
    return row


def parts_of(row: RequestRow) -> list[Part]:
    """What each plugin did."""
    return [Part(**part) for part in json.loads(row.result)]


def note_read(session: Session, row: RequestRow, by: Actor, now: int) -> None:
    """Somebody of the office read what the person wrote: a line of the audit log."""
    record(session, "DATA_REQUEST_READ", row, by, now)


def request_to_change(session: Session, id: str) -> RequestRow | None:
    return session.get(RequestRow, id, populate_existing=True, with_for_update=True)


def existing(session: Session, id: str) -> RequestRow:
    """One that was asked before under the same key. Raises: Refused: NOT_FOUND."""
    row = session.get(RequestRow, id)
    if row is None:
        raise not_found("request")
    return row


def told(row: RequestRow) -> dict[str, str]:
    """What an event tells of it."""
    return {"id": row.id, "person": row.person, "kind": row.kind, "state": row.state}


def record(session: Session, act: str, row: RequestRow, by: Actor, now: int) -> None:
    detail: dict[str, audit.Detail] = {"kind": row.kind, "state": row.state}
    entry = audit.Entry(actor=by, act=act, subject=row.person, object=f"DataRequest:{row.id}", detail=detail)
    audit.record(session, entry, now)


def _received(kind: RequestKind, person: str, note: str, now: int) -> RequestRow:
    """``note``: sealed."""
    clocks = due(kind, now)
    return RequestRow(
        id=random_id(),
        person=person,
        kind=kind.value,
        state=RequestState.RECEIVED.value,
        note=note,
        asked_at=now,
        reply_due_at=clocks.reply_at,
        act_due_at=clocks.act_at,
    )


def _check_often(session: Session, kind: RequestKind, person: str, now: int) -> None:
    mine = select(func.count(col(RequestRow.id))).where(RequestRow.person == person)
    is_open = (RequestRow.kind == kind.value, RequestRow.state == RequestState.RECEIVED.value)
    if session.exec(mine.where(*is_open)).one():
        raise Refused(f"A request of kind {kind} is open already.", code="ALREADY_ASKED", field="kind")
    if session.exec(mine.where(col(RequestRow.asked_at) > now - DAY_US)).one() >= DAILY_MOST:
        raise Refused(f"At most {DAILY_MOST} requests a day.", code="TOO_MANY_REQUESTS")


def _answered() -> Refused:
    return Refused("This request is answered already.", code="ALREADY_ANSWERED", field="id")
