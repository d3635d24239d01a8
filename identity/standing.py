"""A person's standing: ACTIVE; RESTRICTED, at their own request; ERASED, for good. Each change is audited."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, select, update

from identity import audit, sessions
from identity.actor import Actor
from identity.grants import grants_of
from identity.links import links_of, unlink
from identity.tables import DelegationRow, PersonRow, SessionRow
from schema.errors import Refused

ACTIVE: Final = "ACTIVE"
RESTRICTED: Final = "RESTRICTED"
ERASED: Final = "ERASED"


def person_here(session: Session, person: str) -> PersonRow:
    """The person, whose data is there.

    Raises:
        Refused: PERSON_UNKNOWN, PERSON_ERASED.
    """
    row = session.get(PersonRow, person, populate_existing=True)
    if row is None:
        raise Refused("There is no such person.", code="PERSON_UNKNOWN")
    if row.status == ERASED:
        raise Refused("This person's data was erased at their request.", code="PERSON_ERASED")
    return row


def restrict(session: Session, person: str, by: Actor, now: int) -> list[str]:
    """From here on nothing is done with the person's data but what they ask of it; ids of the sessions that ended.

    They sign in again, and are an actor without scopes (``grants.actor_of``). A second time changes nothing.

    Raises:
        Refused: PERSON_UNKNOWN, PERSON_ERASED.
    """
    row = _locked(session, person)
    if row.status == RESTRICTED:
        return []
    row.status = RESTRICTED
    _record(session, "PERSON_RESTRICTED", person, by, now)
    return sessions.end_all(session, person, RESTRICTED, now)


def lift(session: Session, person: str, by: Actor, now: int) -> None:
    """Take a restriction back; their next token has their scopes again. A second time changes nothing.

    Raises:
        Refused: PERSON_UNKNOWN, PERSON_ERASED.
    """
    row = _locked(session, person)
    if row.status == RESTRICTED:
        row.status = ACTIVE
        _record(session, "RESTRICTION_LIFTED", person, by, now)


def erase(session: Session, person: str, by: Actor, now: int) -> list[str]:
    """Take out what tells who the person is, for good; ids of the sessions that ended by it.

    Hashes of the e-ID, times and the audit log stay: none of them can be turned back into a name or a number.

    Raises:
        Refused: PERSON_UNKNOWN, PERSON_ERASED; HOLDS_OFFICE, while they have a role that was granted.
    """
    row = _locked(session, person)
    if grants_of(session, person, now):
        raise Refused("The person holds an office: its roles are revoked first.", code="HOLDS_OFFICE", field="id")
    if links_of(session, person):
        unlink(session, person, by, now)
    _end_delegations(session, person, by, now)
    ended = sessions.end_all(session, person, ERASED, now)
    session.exec(update(SessionRow).where(col(SessionRow.person) == person).values(device="", provider_sid=""))
    row.status = ERASED
    _record(session, "PERSON_ERASED", person, by, now)
    session.expire_all()
    return ended


def _end_delegations(session: Session, person: str, by: Actor, now: int) -> None:
    """All that they gave or were given ends; notes that they wrote go."""
    mine = select(DelegationRow).where((DelegationRow.person == person) | (DelegationRow.helper == person))
    for each in session.exec(mine).all():
        if each.person == person:
            each.note = ""
        if each.revoked_at is None:
            each.revoked_at, each.revoked_by = now, by.id
            entry = audit.Entry(
                actor=by, act="DELEGATION_REVOKED", subject=each.person, object=f"Delegation:{each.id}", reason=ERASED
            )
            audit.record(session, entry, now)
    session.flush()


def _locked(session: Session, person: str) -> PersonRow:
    # Locked where the database can: a sign-in at the same time comes before, or finds the new standing.
    session.get(PersonRow, person, populate_existing=True, with_for_update=True)
    return person_here(session, person)


def _record(session: Session, act: str, person: str, by: Actor, now: int) -> None:
    audit.record(session, audit.Entry(actor=by, act=act, subject=person, object=f"Account:{person}"), now)
