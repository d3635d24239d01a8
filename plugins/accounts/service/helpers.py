"""The rules of helpers: who may act for whom, over ``identity.delegations``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from gateway.plugin import Actor, Event, Refused, emit
from identity import delegations
from identity.tables import DelegationRow
from plugins.accounts.catalogue import delegable
from plugins.accounts.service.rights import own_account, own_account_to_change
from plugins.accounts.texts import clean
from schema.micros import to_micros


def delegate(
    session: Session, helper: str, scopes: Collection[str], note: str, until: datetime, by: Actor, now: int
) -> DelegationRow:
    """Let ``helper``, whose account code it is, act for ``by`` once they accept; ``accounts.delegation_offered``.

    Raises:
        Refused: RESTRICTED and those of one's own account; FORBIDDEN_SCOPE; those of ``identity.delegations.give``.
    """
    own_account_to_change(session, by)
    if foreign := sorted(set(scopes) - set(delegable())):
        text = f"{', '.join(foreign)[:200]} cannot be given to a helper: {', '.join(delegable())} can."
        raise Refused(text, code="FORBIDDEN_SCOPE", field="scopes")
    ends_at = to_micros(until)
    row = delegations.give(session, by, helper, scopes, clean(note, one_line=True), ends_at, now)
    emit(session, Event("accounts.delegation_offered", {"id": row.id, "person": row.person, "helper": row.helper}))
    return row


def accept(session: Session, id: str, by: Actor, now: int) -> DelegationRow:
    """Raises: Refused: RESTRICTED and those of one's own account; DELEGATION_UNKNOWN, DELEGATION_ENDED."""
    own_account_to_change(session, by)
    return delegations.accept(session, id, by, now)


def revoke(session: Session, id: str, by: Actor, now: int) -> DelegationRow:
    """Raises: Refused: those of one's own account; DELEGATION_UNKNOWN."""
    own_account(session, by)
    return delegations.revoke(session, id, by, now)


def existing(session: Session, id: str) -> DelegationRow:
    """One that was given before under the same key. Raises: Refused: DELEGATION_UNKNOWN."""
    row = session.get(DelegationRow, id)
    if row is None:
        raise Refused("There is no such delegation.", code="DELEGATION_UNKNOWN", field="id")
    return row
