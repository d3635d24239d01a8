"""The rules of consents: given for a purpose in the words that it has now, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from gateway.plugin import Actor, Event, Refused, emit
from identity import audit
from plugins.accounts.catalogue import purposes
from plugins.accounts.models import ConsentRow
from plugins.accounts.service.rights import in_person, own_account, own_account_to_change

SHOWN_MOST = 100


def consents_of(session: Session, person: str) -> Sequence[ConsentRow]:
    """The newest first; up to 100, withdrawn ones included."""
    mine = select(ConsentRow).where(ConsentRow.person == person).order_by(col(ConsentRow.id).desc())
    return session.exec(mine.limit(SHOWN_MOST)).all()


def give_consent(session: Session, purpose: str, version: int, by: Actor, now: int) -> ConsentRow:
    """Agree to the purpose as it reads in ``version``. Again changes nothing; an older version's ends by it.

    Raises:
        Refused: RESTRICTED and those of one's own account; UNKNOWN_PURPOSE; VERSION_CONFLICT, when the text is
            another one by now.
    """
    own_account_to_change(session, by)
    _check_purpose(purpose)
    current = purposes()[purpose].version
    if version != current:
        text = f"The text of {purpose} is at version {current}, not {version}: show that one, then ask again."
        raise Refused(text, code="VERSION_CONFLICT", field="version")
    held = _held(session, purpose, by.id)
    for row in held:
        if row.version == version:
            return row
        row.withdrawn_at = now
    made = ConsentRow(person=by.id, purpose=purpose, version=version, session=by.session, given_at=now)
    session.add(made)
    session.flush()
    _record(session, "CONSENT_GIVEN", made, by, now)
    return made


def withdraw_consent(session: Session, purpose: str, by: Actor, now: int) -> ConsentRow:
    """Take it back from now on, and emit ``accounts.consent_ended``. Again changes nothing.

    Raises:
        Refused: those of one's own account; UNKNOWN_PURPOSE; NOT_FOUND, when it was never given.
    """
    own_account(session, in_person(by))
    _check_purpose(purpose)
    for row in _held(session, purpose, by.id):
        row.withdrawn_at = now
        _record(session, "CONSENT_WITHDRAWN", row, by, now)
        emit(session, Event("accounts.consent_ended", {"person": by.id, "purpose": purpose}))
    session.flush()
    given = select(ConsentRow).where(ConsentRow.person == by.id, ConsentRow.purpose == purpose)
    last = session.exec(given.order_by(col(ConsentRow.id).desc()).limit(1)).one_or_none()
    if last is None:
        raise Refused("This consent was never given.", code="NOT_FOUND", field="purpose")
    return last


def _held(session: Session, purpose: str, person: str) -> Sequence[ConsentRow]:
    mine = select(ConsentRow).where(ConsentRow.person == person, ConsentRow.purpose == purpose)
    return session.exec(mine.where(col(ConsentRow.withdrawn_at).is_(None)).with_for_update()).all()


def _check_purpose(purpose: str) -> None:
    if purpose not in purposes():
        text = f"A purpose is one of {', '.join(purposes())}."
        raise Refused(text, code="UNKNOWN_PURPOSE", field="purpose")


def _record(session: Session, act: str, row: ConsentRow, by: Actor, now: int) -> None:
    detail: dict[str, audit.Detail] = {"purpose": row.purpose, "version": row.version}
    audit.record(session, audit.Entry(actor=by, act=act, subject=row.person, detail=detail), now)
