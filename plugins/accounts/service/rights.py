"""Who may do something with an account: its own person, in person; and the office that answers requests about data."""

from __future__ import annotations

from sqlmodel import Session

from gateway.plugin import Actor, Refused
from identity.standing import RESTRICTED, person_here
from identity.tables import PersonRow

ANSWER_REQUESTS = "accounts:answer_requests"


def in_person(actor: Actor) -> Actor:
    """Raises: Refused: UNAUTHENTICATED; NOT_FOR_HELPERS, to who acts for somebody else."""
    if not actor.is_authenticated:
        raise Refused("Sign in first.", code="UNAUTHENTICATED")
    if actor.delegate:
        raise Refused("An account is its own person's: a helper has no part in it.", code="NOT_FOR_HELPERS")
    return actor


def own_account(session: Session, actor: Actor) -> PersonRow:
    """The actor's own person. Raises: Refused: as ``in_person``; PERSON_UNKNOWN, PERSON_ERASED."""
    return person_here(session, in_person(actor).id)


def own_account_to_change(session: Session, actor: Actor) -> PersonRow:
    """The same, unless it is restricted at the person's own request. Raises: Refused: RESTRICTED as well."""
    row = own_account(session, actor)
    if row.status == RESTRICTED:
        text = "The account is restricted at its person's request: lift the restriction first."
        raise Refused(text, code="RESTRICTED")
    return row


def answers_requests(actor: Actor) -> bool:
    """Whether the actor is of the office that answers requests about data."""
    return ANSWER_REQUESTS in actor.scopes and not actor.delegate


def not_found(what: str) -> Refused:
    """The one answer for what is not there and for what is somebody else's."""
    return Refused(f"There is no such {what}.", code="NOT_FOUND", field="id")
