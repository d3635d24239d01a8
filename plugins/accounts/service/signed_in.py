"""The rules of one's sessions: which there are, and ending them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from gateway.plugin import Actor, Event, emit
from identity import audit, sessions
from identity.sessions import SESSION_ENDED
from identity.tables import SessionRow
from plugins.accounts.service.rights import not_found, own_account

ENDED_BY_OWNER = "ENDED_BY_OWNER"


def my_sessions(session: Session, actor: Actor, now: int) -> list[SessionRow]:
    """Those that go on, the last begun first. Raises: Refused: of one's own account."""
    own_account(session, actor)
    return sessions.of_person(session, actor.id, now)


def end_session(session: Session, id: str, by: Actor, now: int) -> SessionRow:
    """End one of one's own, this one too.

    Raises:
        Refused: those of one's own account; NOT_FOUND, also when it has ended.
    """
    for row in my_sessions(session, by, now):
        if row.id == id and sessions.end(session, id, ENDED_BY_OWNER, now):
            tell_ended(session, [id], by.id, ENDED_BY_OWNER, by, now)
            return row
    raise not_found("session")


def end_other_sessions(session: Session, by: Actor, now: int) -> list[str]:
    """End all but the one that asks; their ids. Raises: Refused: of one's own account."""
    own_account(session, by)
    ended = sessions.end_all(session, by.id, ENDED_BY_OWNER, now, but=by.session or None)
    tell_ended(session, ended, by.id, ENDED_BY_OWNER, by, now)
    return ended


def tell_ended(session: Session, ids: Sequence[str], person: str, why: str, by: Actor, now: int) -> None:
    """Every process refuses their tokens from here on and closes their sockets."""
    for id in ids:
        emit(session, Event(SESSION_ENDED, {"session": id, "person": person, "why": why}))
    if ids:
        detail: dict[str, audit.Detail] = {"sessions": len(ids)}
        entry = audit.Entry(actor=by, act="SESSION_ENDED", subject=person, reason=why, detail=detail)
        audit.record(session, entry, now)
