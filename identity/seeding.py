"""The development people, put in: each with an e-ID of a sample number, and the roles of data/people.toml."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from identity.grants import CONSOLE, grant, grants_of
from identity.links import Told, link
from identity.people import Person, seeded_people
from identity.roles import CITIZEN
from identity.secrets import Secrets
from identity.tables import PersonRow

PROVIDER: Final = "vneid"
GRANTED_FOR_US: Final = 365 * 24 * 3600 * 1_000_000


def seed_people(session: Session, secrets: Secrets, now: int) -> int:
    """Put in who is not there, and give back the roles that have ended; how many people were put in.

    Their subject is the simulator's; at another provider the sample number makes them the same persons.
    """
    return sum(_seed(session, secrets, person, now) for person in seeded_people().values())


def _seed(session: Session, secrets: Secrets, person: Person, now: int) -> bool:
    is_new = session.get(PersonRow, person.id) is None
    if is_new:
        session.add(PersonRow(id=person.id, created_at=now))
        session.flush()
        told = Told(
            subject=person.subject or person.id,
            citizen_id=person.citizen_id,
            name=person.full_name,
            birth_date=person.birth_date,
            level=person.level,
        )
        link(session, secrets, PROVIDER, told, now, new_person=person.id)
    _give_roles(session, person, now)
    return is_new


def _give_roles(session: Session, person: Person, now: int) -> None:
    held = {each.role for each in grants_of(session, person.id, now)}
    for role in person.roles:
        if role not in held and role != CITIZEN:
            grant(
                session,
                person.id,
                role,
                agency=person.agency,
                wards=person.wards,
                grantor=CONSOLE,
                reason="development",
                until=now + GRANTED_FOR_US,
                now=now,
            )
