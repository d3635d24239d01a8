"""Sessions: begun by a sign-in, kept by refresh tokens that are good once, ended for good.

A refresh token is replaced by each use (RFC 6749, 6; RFC 9700, 4.14.2). Whoever comes with a used one has a copy, or
the other one has: nobody can tell which, so the session ends for both. All times are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session, col, or_, select

from identity.device import device_of as device_of
from identity.once import draw, hash_of
from identity.tables import LinkRow, PersonRow, RefreshRow, SessionRow, SpentRow
from schema.errors import Refused

SESSION_ENDED: Final = "identity.session_ended"
"""The event: ``{"session", "person", "why"}``. Whoever ends a session emits it, in the same transaction."""

DAY_US: Final = 24 * 3600 * 1_000_000
IDLE_US: Final = 30 * DAY_US
"""How long a session goes on without a refresh."""
SESSION_US: Final = 90 * DAY_US
"""How long it goes on at all."""
REUSED: Final = "REFRESH_REUSED"

_SPENT_FOR_US: Final = DAY_US
_TOKEN_MOST: Final = 128


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that was let through. ``device``: of ``device_of``. ``provider_sid``: the provider's session.

    ``auth_at``: microseconds, when the person proved who they are.
    """

    channel: Literal["WEB", "APP"]
    device: str
    provider: str
    provider_sid: str
    level: int
    acr: str
    auth_at: int


class RefreshReused(Refused):
    """A refresh token was used twice, and ``session`` of ``person`` has ended by it.

    The end stands in the transaction under way. A rule that lets this through takes it back: catch it there, let the
    transaction commit, and refuse after.
    """

    def __init__(self, session: str, person: str) -> None:
        super().__init__("This refresh token was used before: the session has ended, sign in again.", code=REUSED)
        self.session = session
        self.person = person


def begin(session: Session, person: str, opened: Opened, now: int) -> tuple[SessionRow, str]:
    """A new session and its first refresh token, of which only the hash is kept. Raises: as ``start``."""
    row = start(session, person, opened, now)
    return row, new_refresh(session, row, now)


def start(session: Session, person: str, opened: Opened, now: int) -> SessionRow:
    """A new session, without a refresh token yet.

    Raises:
        Refused: PERSON_UNKNOWN; PERSON_ERASED, when their data was erased at their request.
    """
    # Locked (where the database can), so that an erasure at the same time comes before, or finds the session.
    who = session.get(PersonRow, person, populate_existing=True, with_for_update=True)
    if who is None:
        raise Refused("There is no such person.", code="PERSON_UNKNOWN")
    if who.status == "ERASED":
        raise Refused("This person's data was erased at their request.", code="PERSON_ERASED")
    row = SessionRow(
        id=draw(),
        person=person,
        channel=opened.channel,
        device=opened.device,
        provider=opened.provider,
        provider_sid=opened.provider_sid,
        level=opened.level,
        acr=opened.acr,
        auth_at=opened.auth_at,
        begun_at=now,
        seen_at=now,
        idle_at=now + IDLE_US,
        expires_at=now + SESSION_US,
    )
    session.add(row)
    session.flush()
    return row


def new_refresh(session: Session, row: SessionRow, now: int) -> str:
    """A further refresh token of a session, for who has just proved to be in it: by a ticket, or by stepping up."""
    token = draw()
    session.add(RefreshRow(hash=hash_of(token), session=row.id, issued_at=now))
    session.flush()
    return token


def refresh(session: Session, token: str, now: int) -> tuple[SessionRow, str]:
    """The session of a refresh token, going on, and the token that comes after.

    Raises:
        RefreshReused: REFRESH_REUSED; the session has ended by it, see there for what the caller owes.
        Refused: INVALID_REFRESH, SESSION_ENDED or SESSION_EXPIRED.
    """
    if not token.isascii() or len(token) > _TOKEN_MOST:
        raise _invalid()
    hash = hash_of(token)
    # One statement finds and spends it, before anything is read: of two at once, one only has a row.
    unused = (col(RefreshRow.hash) == hash, col(RefreshRow.used_at).is_(None))
    was_unused = _changed(session, update(RefreshRow).where(*unused).values(used_at=now)) == 1
    spent = session.get(RefreshRow, hash, populate_existing=True)
    if spent is None:
        raise _invalid()
    row = going_on(session, spent.session, now)
    if not was_unused:
        end(session, row.id, REUSED, now)
        raise RefreshReused(row.id, row.person)
    who = session.get(PersonRow, row.person, populate_existing=True)
    if who is None or who.status == "ERASED":
        raise _ended()
    _while_going_on(session, row.id, {"seen_at": now, "idle_at": now + IDLE_US})
    return row, new_refresh(session, row, now)


def going_on(session: Session, id: str, now: int) -> SessionRow:
    """The session, which has not ended. Raises: Refused: SESSION_ENDED or SESSION_EXPIRED."""
    row = session.get(SessionRow, id, populate_existing=True)
    if row is None or row.ended_at is not None:
        raise _ended()
    if min(row.idle_at, row.expires_at) <= now:
        raise Refused("The session was not used for too long, or is too old: sign in again.", code="SESSION_EXPIRED")
    return row


def raise_level(session: Session, id: str, level: int, acr: str, auth_at: int, now: int) -> SessionRow:
    """The person proved who they are once more, at ``level``; a lower one than the session has changes nothing.

    Raises:
        Refused: SESSION_ENDED or SESSION_EXPIRED.
    """
    row = going_on(session, id, now)
    if level >= row.level:
        _while_going_on(session, id, {"level": level, "acr": acr, "auth_at": auth_at, "seen_at": now})
    return row


def of_person(session: Session, person: str, now: int) -> list[SessionRow]:
    """The person's sessions that go on, the last begun first."""
    alive = (col(SessionRow.ended_at).is_(None), col(SessionRow.idle_at) > now, col(SessionRow.expires_at) > now)
    newest = (col(SessionRow.begun_at).desc(), col(SessionRow.id))
    return list(session.exec(select(SessionRow).where(SessionRow.person == person, *alive).order_by(*newest)))


def end(session: Session, id: str, why: str, now: int) -> SessionRow | None:
    """End a session; None when it has ended before, whose ``ended_why`` stays, or there is none.

    ``why``: UPPER_SNAKE, such as SIGNED_OUT. Whose session it is, the caller has looked.
    """
    going = (col(SessionRow.id) == id, col(SessionRow.ended_at).is_(None))
    ended = _changed(session, update(SessionRow).where(*going).values(ended_at=now, ended_why=why))
    return session.get(SessionRow, id, populate_existing=True) if ended else None


def end_all(session: Session, person: str, why: str, now: int, but: str | None = None) -> list[str]:
    """End the person's sessions, all or all ``but`` one; the ids of those that this has ended."""
    ids = select(SessionRow.id).where(SessionRow.person == person, col(SessionRow.ended_at).is_(None))
    return [id for id in session.exec(ids).all() if id != but and end(session, id, why, now)]


def end_of_provider(
    session: Session, provider: str, sid: str, subject_hash: str, jti: str, now: int
) -> list[SessionRow]:
    """End what the provider's logout token names: its session ``sid``, its ``subject_hash``'s, or that which is both.

    ``jti``: the logout token's; one that came before ends nothing, so that nobody signs a person out again with it.
    """
    if jti and not _spend(session, f"logout:{provider}:{jti}", now):
        return []
    if not sid and not subject_hash:
        return []
    which: list[Any] = [SessionRow.provider == provider, col(SessionRow.ended_at).is_(None)]
    if sid:
        which.append(SessionRow.provider_sid == sid)
    if subject_hash:
        people = select(LinkRow.person).where(LinkRow.provider == provider, LinkRow.subject_hash == subject_hash)
        which.append(col(SessionRow.person).in_(people))
    found = session.exec(select(SessionRow.id).where(*which)).all()
    return [row for id in found if (row := end(session, id, "PROVIDER", now))]


def forget_ended(session: Session, before: int) -> int:
    """Take out the sessions that ended or ran out before then, with their refresh tokens; how many there were."""
    gone = (col(each) < before for each in (SessionRow.ended_at, SessionRow.idle_at, SessionRow.expires_at))
    ids = select(SessionRow.id).where(or_(*gone))
    _changed(session, delete(RefreshRow).where(col(RefreshRow.session).in_(ids)))
    _changed(session, delete(SpentRow).where(col(SpentRow.expires_at) < before))
    return _changed(session, delete(SessionRow).where(col(SessionRow.id).in_(ids)))


def _spend(session: Session, word: str, now: int) -> bool:
    """Whether ``word`` was not spent before; it is now, for a day."""
    hash = hash_of(word)
    if session.get(SpentRow, hash) is not None:
        return False
    session.add(SpentRow(hash=hash, expires_at=now + _SPENT_FOR_US))
    session.flush()
    return True


def _while_going_on(session: Session, id: str, values: dict[str, Any]) -> None:
    """Change a session, unless it has ended since it was read. Raises: Refused: SESSION_ENDED."""
    going = (col(SessionRow.id) == id, col(SessionRow.ended_at).is_(None))
    if not _changed(session, update(SessionRow).where(*going).values(**values)):
        raise _ended()
    session.get(SessionRow, id, populate_existing=True)


def _changed(session: Session, statement: Any) -> int:
    """How many rows an UPDATE or DELETE found."""
    done: CursorResult[Any] = session.exec(statement)
    return done.rowcount


def _ended() -> Refused:
    return Refused("The session has ended: sign in again.", code="SESSION_ENDED")


def _invalid() -> Refused:
    return Refused("The refresh token is not one of ours: sign in again.", code="INVALID_REFRESH")
