"""Links: which person an e-ID is, by keyed hashes; what it told of them, sealed.

Whoever unlinks leaves the hashes behind: the same citizen who comes back is the same person, and cannot vote or rate
twice by leaving. Erased persons are another matter: whoever was erased and comes back is somebody new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol, cast

from sqlmodel import Session, col, select

from identity import audit, sessions
from identity.actor import Actor
from identity.resealing import reseal_batch, sealed_tables
from identity.sealing import Sealer
from identity.secrets import Secrets
from identity.tables import LinkRow, PersonRow
from schema.errors import Refused
from schema.ids import random_id

_CITIZEN_ID: Final = re.compile(r"[0-9A-Za-z]{9,20}")
"""VNeID's have 12 digits; others' form is in their settings. Of a shorter one, three would tell too much."""


class Identified(Protocol):
    """What a provider told. ``citizen_id``, ``name``, ``birth_date`` (an ISO date): "" when it did not."""

    @property
    def subject(self) -> str: ...
    @property
    def citizen_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def birth_date(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def acr(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Told:
    """An ``Identified`` that no provider told: of the seed, and of tests."""

    subject: str = field(repr=False)
    citizen_id: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    level: int = 1
    acr: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A person's e-ID at a provider. ``name``, ``birth``: sealed. ``level``: the highest seen, last at ``level_at``.

    ``is_new``: the person was not known before. Times: microseconds.
    """

    id: int
    person: str
    provider: str
    last3: str
    name: str = field(repr=False)
    birth: str = field(repr=False)
    level: int
    level_at: int
    linked_at: int
    seen_at: int
    is_new: bool = False

    @classmethod
    def of(cls, row: LinkRow, *, is_new: bool = False) -> Link:
        same = ("person", "provider", "last3", "name", "birth", "level", "level_at", "linked_at", "seen_at")
        return cls(id=cast(int, row.id), **{name: getattr(row, name) for name in same}, is_new=is_new)


@dataclass(frozen=True, slots=True)
class ShownLink:
    """What the person may see of a link. ``birth_date``: None when it was not told. Its repr holds none of it."""

    name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    last3: str = field(repr=False)
    level: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    """``providers``: that were unlinked. ``sessions``: ids of the person's sessions, which go on: end them."""

    providers: list[str]
    sessions: list[str]


def subject_hash(secrets: Secrets, subject: str) -> str:
    """What a link holds of a provider's ``sub``."""
    return secrets.hash.of("subject", subject)


def citizen_hash(secrets: Secrets, citizen_id: str) -> str:
    """What a link holds of a citizen number."""
    return secrets.hash.of("citizen", citizen_id)


def link(
    session: Session,
    secrets: Secrets,
    provider: str,
    identified: Identified,
    now: int,
    *,
    new_person: str | None = None,
) -> Link:
    """The link of who signed in; a person is made at first sight. ``new_person``: the id of one that is made.

    Whoever has the same citizen number at another provider is the same person. A sign-in at a lower level leaves the
    link's level. Run it in a change: two first sign-ins of one citizen at a time would otherwise make two persons
    (PostgreSQL needs ``pg_advisory_xact_lock`` of the citizen's hash before).

    Raises:
        Refused: BAD_CITIZEN_ID, when it is none; IDENTITY_CONFLICT, when the provider now tells another
            citizen number of the same subject, or one that is another person's.
    """
    number = identified.citizen_id
    if number and _CITIZEN_ID.fullmatch(number) is None:
        raise Refused("The provider told something else in place of a citizen number.", code="BAD_CITIZEN_ID")
    subject, citizen = subject_hash(secrets, identified.subject), citizen_hash(secrets, number) if number else ""
    same = select(LinkRow).where(LinkRow.provider == provider, LinkRow.subject_hash == subject)
    row = session.exec(same).one_or_none()
    known = _person_of(session, citizen) if citizen else None
    if row is None:
        person, is_new = (known, False) if known else (_make_person(session, new_person, now), True)
        row = LinkRow(
            person=person, provider=provider, subject_hash=subject, level=0, level_at=now, linked_at=now, seen_at=now
        )
    else:
        is_new = _check_same(session, row, citizen, known, now)
    row.citizen_hash = row.citizen_hash or citizen
    _see(row, secrets, identified, now)
    session.add(row)
    session.flush()
    return Link.of(row, is_new=is_new)


def links_of(session: Session, person: str) -> list[Link]:
    """The person's links that hold, the last used first."""
    mine = select(LinkRow).where(LinkRow.person == person, col(LinkRow.unlinked_at).is_(None))
    return [Link.of(row) for row in session.exec(mine.order_by(col(LinkRow.seen_at).desc(), col(LinkRow.id).desc()))]


def show(secrets: Secrets, link: Link) -> ShownLink:
    """What the person themselves may see. Raises: Unsealable: none of the keys opens it."""
    birth = secrets.sealer.open(link.birth) if link.birth else ""
    return ShownLink(
        name=secrets.sealer.open(link.name) if link.name else "",
        birth_date=date.fromisoformat(birth) if birth else None,
        last3=link.last3,
        level=link.level,
    )


def unlink(session: Session, person: str, by: Actor, now: int) -> Unlinked:
    """Take out what the person's links tell of them; hashes alone stay, and no session ends by this: the caller does.

    Raises:
        Refused: LINK_UNKNOWN, when there is none.
    """
    mine = select(LinkRow).where(LinkRow.person == person, col(LinkRow.unlinked_at).is_(None))
    rows = session.exec(mine.order_by(col(LinkRow.id))).all()
    if not rows:
        raise Refused("There is no e-ID to unlink.", code="LINK_UNKNOWN")
    for row in rows:
        row.name = row.birth = row.last3 = row.acr = ""
        row.level, row.unlinked_at = 0, now
        entry = audit.Entry(actor=by, act="UNLINKED", subject=person, detail={"provider": row.provider})
        audit.record(session, entry, now)
    session.flush()
    return Unlinked([row.provider for row in rows], [row.id for row in sessions.of_person(session, person, now)])


def reseal_all(session: Session, sealer: Sealer) -> int:
    """Seal what all links tell with the sealer's newest key, a batch at a time; how many links that were.

    In one transaction. ``identity.rotation`` does it for all that is sealed, and lets others write in between.

    Raises:
        Unsealable: one stands under a key that is not the sealer's.
    """
    (where,) = [each for each in sealed_tables(LinkRow.metadata) if each.name == LinkRow.__tablename__]
    batch = reseal_batch(session, where, sealer.reseal)
    done = batch.changed
    while batch.last is not None:
        batch = reseal_batch(session, where, sealer.reseal, batch.last)
        done += batch.changed
    session.expire_all()
    return done


def _person_of(session: Session, citizen: str) -> str | None:
    """Whose citizen number has this hash. Whoever was erased is nobody."""
    same = select(LinkRow.person).where(LinkRow.citizen_hash == citizen)
    return next((person for person in session.exec(same).all() if not _is_erased(session, person)), None)


def _is_erased(session: Session, person: str) -> bool:
    who = session.get(PersonRow, person)
    return who is None or who.status == "ERASED"


def _make_person(session: Session, id: str | None, now: int) -> str:
    made = id or f"person-{random_id()}"
    if session.get(PersonRow, made) is None:
        session.add(PersonRow(id=made, created_at=now))
    return made


def _check_same(session: Session, row: LinkRow, citizen: str, known: str | None, now: int) -> bool:
    """Whether the row's subject is somebody new, having been erased. Raises: Refused: IDENTITY_CONFLICT."""
    if row.citizen_hash and citizen and row.citizen_hash != citizen:
        text = "The provider tells another citizen number of this account than before: ask the city's help desk."
        raise Refused(text, code="IDENTITY_CONFLICT")
    if _is_erased(session, row.person):
        row.person, row.linked_at, row.level = known or _make_person(session, None, now), now, 0
        return known is None
    if known is not None and known != row.person:
        text = "This citizen number belongs to another account of the city: ask the city's help desk."
        raise Refused(text, code="IDENTITY_CONFLICT")
    return False


def _see(row: LinkRow, secrets: Secrets, identified: Identified, now: int) -> None:
    """Take in what was told at this sign-in; what was not told this time stays."""
    if row.unlinked_at is not None:
        row.unlinked_at, row.linked_at = None, now
    row.seen_at = now
    if identified.citizen_id:
        row.last3 = identified.citizen_id[-3:]
    if identified.level >= row.level:
        row.level, row.acr, row.level_at = identified.level, identified.acr, now
    for column, text in (("name", identified.name), ("birth", identified.birth_date)):
        # The same text sealed again is another one: what has not changed is not written.
        old = getattr(row, column)
        if text and not (old and secrets.sealer.open(old) == text):
            setattr(row, column, secrets.sealer.seal(text))
