"""The rules of a restriction: nothing is done with a person's data but what they ask of it, until they lift it."""

from __future__ import annotations

from sqlmodel import Session

from gateway.plugin import Actor
from identity import standing
from identity.tables import PersonRow
from plugins.accounts.models import RequestRow
from plugins.accounts.service.requests import finish
from plugins.accounts.service.rights import own_account
from plugins.accounts.service.signed_in import tell_ended
from plugins.accounts.terms import RequestState


def restrict(session: Session, row: RequestRow, by: Actor, now: int) -> RequestRow:
    """Do what the request asks: all sessions end, so that no token with a scope is good any more.

    Raises:
        Refused: PERSON_UNKNOWN, PERSON_ERASED.
    """
    ended = standing.restrict(session, row.person, by, now)
    tell_ended(session, ended, row.person, standing.RESTRICTED, by, now)
    return finish(session, row, RequestState.DONE, by, now)


def lift(session: Session, by: Actor, now: int) -> PersonRow:
    """Raises: Refused: those of one's own account."""
    row = own_account(session, by)
    standing.lift(session, row.id, by, now)
    return row
