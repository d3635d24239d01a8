"""Who may be told, or may take out, what is held of a person."""

from __future__ import annotations

from identity.actor import Actor
from schema.errors import Refused

ANSWERS_REQUESTS = "accounts:answer_requests"
"""The scope of the office that answers requests about data."""


def check_asker(actor: Actor, person: str | None = None) -> None:
    """Pass the person themselves, and the office that answers requests about data. ``person``: None is nobody's own.

    Raises:
        Refused: FORBIDDEN.
    """
    is_own = person is not None and actor.is_authenticated and actor.id == person
    if actor.delegate or not (is_own or ANSWERS_REQUESTS in actor.scopes):
        raise Refused("What is held of a person is told to that person.", code="FORBIDDEN")
