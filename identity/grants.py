"""Grants: who holds which role, given by whom, why and until when; and the actor that comes of them in a session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from sqlmodel import Session, col, or_, select

from identity import audit
from identity.actor import Actor
from identity.roles import ADMIN, CITIZEN, WITH_AGENCY, check_role
from identity.tables import GrantRow, PersonRow, SessionRow
from schema.errors import Refused

CONSOLE: Final = Actor(id="console", roles=frozenset({ADMIN}))
"""Whoever runs ``congdanso grant`` on the city's own machine: gives the first ADMIN. No person has this id."""
LONGEST_US: Final = 2 * 366 * 24 * 3600 * 1_000_000
"""How long a role may be given for: then somebody looks again whether it is needed."""
SECOND_US: Final = 1_000_000


def grant(
    session: Session,
    person: str,
    role: str,
    *,
    agency: str | None = None,
    wards: Collection[str] = (),
    grantor: Actor,
    reason: str,
    until: int,
    now: int,
) -> GrantRow:
    """Give a person a role from now on. ``until``: microseconds. ``wards``: GSO codes; empty is the whole city.

    Raises:
        Refused: FORBIDDEN unless the grantor is ADMIN, now and for themselves; SELF_GRANT; PERSON_UNKNOWN,
            PERSON_ERASED; of the role, see ``check_role``; REASON_NEEDED, BAD_UNTIL; ALREADY_GRANTED;
            OTHER_JURISDICTION, when the person's other roles are for another agency or other wards.
    """
    _check_admin(session, grantor, now)
    if person == grantor.id:
        raise Refused("Nobody gives themselves a role: ask another ADMIN.", code="SELF_GRANT", field="person")
    check_role(role, agency, wards)
    _check_person(session, person)
    _check_reason(reason)
    if not now < until <= now + LONGEST_US:
        raise Refused("A role ends at a time to come, within two years.", code="BAD_UNTIL", field="until")
    row = GrantRow(
        person=person,
        role=role,
        agency=agency,
        wards=" ".join(sorted(set(wards))),
        grantor=grantor.id,
        reason=reason.strip(),
        begins_at=now,
        ends_at=until,
    )
    _check_beside(row, grants_of(session, person, now))
    session.add(row)
    session.flush()
    detail: dict[str, audit.Detail] = {
        **{"role": role, "agency": agency, "wards": row.wards.split()},
        "until": datetime.fromtimestamp(until // SECOND_US, UTC).isoformat(),
    }
    _record(session, "ROLE_GRANTED", row, grantor, row.reason, detail, now)
    return row


def revoke(session: Session, id: int, *, by: Actor, reason: str, now: int) -> GrantRow:
    """Take a role back. Tokens that were signed before hold it until they expire, minutes later.

    Raises:
        Refused: FORBIDDEN unless ``by`` is ADMIN; GRANT_UNKNOWN; GRANT_ENDED; REASON_NEEDED.
    """
    _check_admin(session, by, now)
    _check_reason(reason)
    row = session.get(GrantRow, id, populate_existing=True, with_for_update=True)
    if row is None:
        raise Refused("There is no such grant.", code="GRANT_UNKNOWN", field="id")
    if not _holds(row, now):
        raise Refused("This role has ended already.", code="GRANT_ENDED", field="id")
    row.revoked_at, row.revoked_by = now, by.id
    session.flush()
    _record(session, "ROLE_REVOKED", row, by, reason.strip(), {"role": row.role}, now)
    return row


def grants_of(session: Session, person: str, now: int) -> list[GrantRow]:
    """What a person holds now, the oldest first."""
    alive = (
        col(GrantRow.begins_at) <= now,
        or_(col(GrantRow.ends_at).is_(None), col(GrantRow.ends_at) > now),
        col(GrantRow.revoked_at).is_(None),
    )
    return list(session.exec(select(GrantRow).where(GrantRow.person == person, *alive).order_by(col(GrantRow.id))))


def actor_of(session: Session, row: SessionRow, scopes_of: Mapping[str, Sequence[str]], now: int) -> Actor:
    """Who asks in this session, at its own level. ``scopes_of``: what each role allows, from the configuration.

    A person whose data is RESTRICTED sees what is theirs and does nothing else: no role but CITIZEN, no scopes.

    Raises:
        Refused: SESSION_ENDED; PERSON_UNKNOWN or PERSON_ERASED.
    """
    if row.ended_at is not None:
        raise Refused("The session has ended: sign in again.", code="SESSION_ENDED")
    who = _check_person(session, row.person)
    base = Actor(id=row.person, level=row.level, session=row.id, auth_at=row.auth_at // SECOND_US)
    citizen = {CITIZEN} if row.level >= 1 else set()
    if who.status == "RESTRICTED":
        return _with(base, citizen, [], {})
    held = grants_of(session, row.person, now)
    return _with(base, citizen | {each.role for each in held}, held, scopes_of)


def _with(base: Actor, roles: set[str], held: list[GrantRow], scopes_of: Mapping[str, Sequence[str]]) -> Actor:
    """The actor in these roles. What they hold agrees on the agency and on the wards: ``_check_beside``."""
    return Actor(
        id=base.id,
        level=base.level,
        session=base.session,
        auth_at=base.auth_at,
        roles=frozenset(roles),
        agency=next((each.agency for each in held if each.agency), None),
        wards=frozenset(ward for each in held if each.role in WITH_AGENCY for ward in each.wards.split()),
        scopes=frozenset(scope for role in roles for scope in scopes_of.get(role, ())),
    )


def _check_admin(session: Session, by: Actor, now: int) -> None:
    # What the token says may be minutes old: the table is asked, too.
    holds = by == CONSOLE or any(each.role == ADMIN for each in grants_of(session, by.id, now))
    if ADMIN not in by.roles or by.delegate or not holds:
        raise Refused("Roles are given and taken by an ADMIN, in person.", code="FORBIDDEN")


def _check_person(session: Session, person: str) -> PersonRow:
    who = session.get(PersonRow, person, populate_existing=True)
    if who is None:
        raise Refused("There is no such person.", code="PERSON_UNKNOWN", field="person")
    if who.status == "ERASED":
        raise Refused("This person's data was erased at their request.", code="PERSON_ERASED", field="person")
    return who


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why: whoever audits reads it.", code="REASON_NEEDED", field="reason")


def _check_beside(row: GrantRow, held: list[GrantRow]) -> None:
    """An actor has one agency and one set of wards, so all grants of a person at a time must agree on them.

    Raises: Refused: ALREADY_GRANTED, OTHER_JURISDICTION.
    """
    for each in held:
        if each.role == row.role:
            text = f"The person holds {row.role} already: revoke grant {each.id} first."
            raise Refused(text, code="ALREADY_GRANTED", field="role")
        other_agency = each.agency and row.agency and each.agency != row.agency
        other_wards = {each.role, row.role} <= WITH_AGENCY and each.wards != row.wards
        if other_agency or other_wards:
            text = f"The person's role {each.role} is for another agency or other wards: one person acts for one."
            raise Refused(text, code="OTHER_JURISDICTION", field="agency")


def _holds(row: GrantRow, now: int) -> bool:
    return row.revoked_at is None and (row.ends_at is None or row.ends_at > now)


def _record(
    session: Session, act: str, row: GrantRow, by: Actor, reason: str, detail: Mapping[str, audit.Detail], now: int
) -> None:
    what = audit.Entry(
        actor=by, act=act, subject=row.person, object=f"Grant:{cast(int, row.id)}", reason=reason, detail=detail
    )
    audit.record(session, what, now)
