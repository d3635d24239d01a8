"""Delegations: a helper acts for a person, who gave it and may end it, within scopes and until a time.

Every act of the helper stands in the audit log, with both ids: ``audit.on_behalf_of`` is what both may read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from identity import audit
from identity.actor import Actor
from identity.personal import looks_personal
from identity.roles import CITIZEN
from identity.tables import DelegationRow, PersonRow
from schema.errors import Refused
from schema.ids import random_id

LONGEST_US: Final = 366 * 24 * 3600 * 1_000_000
NOTE_MOST: Final = 200
HELPERS_MOST: Final = 5
"""Delegations of one person at a time: who has more is more likely being used than helped."""
_SCOPES_MOST: Final = 50


def give(
    session: Session, person: Actor, helper_id: str, scopes: Collection[str], note: str, until: int, now: int
) -> DelegationRow:
    """Let a helper act for ``person`` once they have accepted. ``until``: microseconds, within a year.

    Raises:
        Refused: FORBIDDEN to a helper, who passes nothing on, and to holders of an office, whose scopes are not their
            own to give; SELF_DELEGATION; PERSON_UNKNOWN; NO_SCOPES; FORBIDDEN_SCOPE, of one that the person does not
            have; BAD_UNTIL; TEXT_TOO_LONG; PERSONAL_DATA in the note; ALREADY_DELEGATED; TOO_MANY_HELPERS.
    """
    if not person.is_authenticated or person.delegate or person.roles - {CITIZEN}:
        raise Refused("Only a citizen, in person, lets somebody act for them.", code="FORBIDDEN")
    if helper_id == person.id:
        raise Refused("A helper is somebody else.", code="SELF_DELEGATION", field="helper")
    _check_people(session, person.id, helper_id)
    _check_scopes(person, scopes)
    _check_note(note)
    if not now < until <= now + LONGEST_US:
        raise Refused("A delegation ends at a time to come, within a year.", code="BAD_UNTIL", field="until")
    _check_others(session, person.id, helper_id, now)
    row = DelegationRow(
        id=random_id(),
        person=person.id,
        helper=helper_id,
        scopes=" ".join(sorted(set(scopes))),
        note=note.strip(),
        begins_at=now,
        ends_at=until,
    )
    session.add(row)
    session.flush()
    detail: dict[str, audit.Detail] = {
        **{"helper": helper_id, "scopes": row.scopes.split()},
        "until": datetime.fromtimestamp(until // 1_000_000, UTC).isoformat(),
    }
    _record(session, "DELEGATION_GIVEN", row, person, detail, now)
    return row


def accept(session: Session, id: str, helper: Actor, now: int) -> DelegationRow:
    """The helper agrees; a second time changes nothing.

    Raises:
        Refused: DELEGATION_UNKNOWN, to anybody but its helper; DELEGATION_ENDED.
    """
    row = _find(session, id, helper.id if not helper.delegate else "", "helper")
    _check_going_on(session, row, now)
    if row.accepted_at is None:
        row.accepted_at = now
        session.flush()
        _record(session, "DELEGATION_ACCEPTED", row, helper, {}, now)
    return row


def revoke(session: Session, id: str, by: Actor, now: int) -> DelegationRow:
    """Either of the two ends it, or the helper declines. A second time changes nothing.

    Raises:
        Refused: DELEGATION_UNKNOWN, to anybody else.
    """
    row = _find(session, id, by.id if not by.delegate else "", "person", "helper")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, by.id
        session.flush()
        _record(session, "DELEGATION_REVOKED", row, by, {}, now)
    return row


def of_person(session: Session, person: str, now: int) -> list[DelegationRow]:
    """What a person gave and what they were given and has not ended, the newest first: tell the sides by the row."""
    mine = or_(col(DelegationRow.person) == person, col(DelegationRow.helper) == person)
    newest = (col(DelegationRow.begins_at).desc(), col(DelegationRow.id))
    rows = select(DelegationRow).where(mine, col(DelegationRow.revoked_at).is_(None), col(DelegationRow.ends_at) > now)
    return list(session.exec(rows.order_by(*newest)))


def acting(session: Session, id: str, helper: str, now: int) -> DelegationRow:
    """The delegation by which ``helper`` acts now, asked before every act.

    Raises:
        Refused: DELEGATION_UNKNOWN, to anybody but its helper; NOT_ACCEPTED; DELEGATION_ENDED, also when one of the
            two is no longer an ACTIVE person.
    """
    row = _find(session, id, helper, "helper")
    _check_going_on(session, row, now)
    if row.accepted_at is None:
        raise Refused("The helper has not accepted yet.", code="NOT_ACCEPTED")
    return row


def is_acting(session: Session, person: str, helper: str, now: int) -> bool:
    """Whether the helper may act for the person now, by any delegation; both are ACTIVE."""
    mine = (col(DelegationRow.person) == person, col(DelegationRow.helper) == helper)
    holds = (
        col(DelegationRow.accepted_at).is_not(None),
        col(DelegationRow.revoked_at).is_(None),
        col(DelegationRow.ends_at) > now,
    )
    found = session.exec(select(DelegationRow.id).where(*mine, *holds)).first()
    return found is not None and _both_are_active(session, person, helper)


def _find(session: Session, id: str, who: str, *sides: str) -> DelegationRow:
    # One answer for what is not there and what is somebody else's: ids cannot be tried out.
    row = session.get(DelegationRow, id, populate_existing=True)
    if row is None or not who or who not in [getattr(row, side) for side in sides]:
        raise Refused("There is no such delegation.", code="DELEGATION_UNKNOWN", field="id")
    return row


def _check_going_on(session: Session, row: DelegationRow, now: int) -> None:
    if row.revoked_at is not None or row.ends_at <= now or not _both_are_active(session, row.person, row.helper):
        raise Refused("This delegation has ended.", code="DELEGATION_ENDED")


def _both_are_active(session: Session, *people: str) -> bool:
    rows = [session.get(PersonRow, id, populate_existing=True) for id in people]
    return all(row is not None and row.status == "ACTIVE" for row in rows)


def _check_people(session: Session, person: str, helper: str) -> None:
    for id, field in ((person, None), (helper, "helper")):
        who = session.get(PersonRow, id)
        if who is None or who.status != "ACTIVE":
            raise Refused("There is no such person.", code="PERSON_UNKNOWN", field=field)


def _check_scopes(person: Actor, scopes: Collection[str]) -> None:
    if not 0 < len(scopes) <= _SCOPES_MOST:
        raise Refused(f"Name 1 to {_SCOPES_MOST} scopes.", code="NO_SCOPES", field="scopes")
    if not person.scopes.issuperset(scopes):
        raise Refused("Nobody gives what they may not do themselves.", code="FORBIDDEN_SCOPE", field="scopes")


def _check_note(note: str) -> None:
    if len(note) > NOTE_MOST:
        raise Refused(f"A note has at most {NOTE_MOST} characters.", code="TEXT_TOO_LONG", field="note")
    if looks_personal(note):
        text = "Leave citizen numbers, phones and e-mail addresses out of the note."
        raise Refused(text, code="PERSONAL_DATA", field="note")


def _check_others(session: Session, person: str, helper: str, now: int) -> None:
    given = [row for row in of_person(session, person, now) if row.person == person]
    if any(row.helper == helper for row in given):
        text = "This helper has a delegation already: revoke it to give another."
        raise Refused(text, code="ALREADY_DELEGATED", field="helper")
    if len(given) >= HELPERS_MOST:
        raise Refused(f"One person has at most {HELPERS_MOST} helpers.", code="TOO_MANY_HELPERS", field="helper")


def _record(
    session: Session, act: str, row: DelegationRow, by: Actor, detail: dict[str, audit.Detail], now: int
) -> None:
    entry = audit.Entry(actor=by, act=act, subject=row.person, object=f"Delegation:{row.id}", detail=detail)
    audit.record(session, entry, now)
