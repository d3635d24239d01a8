"""A helper acts for who asked them to: as a citizen, within the delegation's scopes, and it is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlmodel import Session

from identity import audit, delegations
from identity.actor import Actor
from schema.errors import Refused


def begin_acting(session: Session, helper: Actor, delegation: str, scopes: Collection[str], now: int) -> Actor:
    """The actor that ``helper`` is for a while. ``scopes``: what a citizen may do at all.

    Raises:
        Refused: DELEGATION_UNKNOWN, NOT_ACCEPTED, DELEGATION_ENDED; FORBIDDEN, to who acts for another already.
    """
    if helper.delegate or not helper.session:
        raise Refused("Act for another from a session of your own.", code="FORBIDDEN")
    row = delegations.acting(session, delegation, helper.id, now)
    acting = replace(
        helper,
        id=row.person,
        roles=frozenset({"CITIZEN"}),
        agency=None,
        wards=frozenset(),
        scopes=frozenset(scope for scope in row.scopes.split() if scope in scopes),
        delegate=helper.id,
    )
    audit.record(session, audit.Entry(actor=acting, act="BEGIN_ACT_FOR", subject=row.person), now)
    return acting
