"""Codes: six digits that show that a phone or an address is the person's, good once, for ten minutes and five tries."""

from __future__ import annotations

import hmac
import secrets as random

from sqlmodel import Session, col, delete, func, select

from gateway.plugin import Refused, random_id
from identity.secrets import Secrets
from plugins.accounts.models import CodeRow, ContactRow
from schema.micros import DAY_US, HOUR_US, MINUTE_US

DIGITS = 6
GOOD_FOR_US = 10 * MINUTE_US
TRIES_MOST = 5
HOURLY_TO_ONE = 3
"""To one number or address, whoever asks: nobody's phone is to be flooded."""
HOURLY_OF_ONE = 10
"""Of one person, to whatever numbers."""


def new_code(session: Session, contact: ContactRow, secrets: Secrets, now: int) -> str:
    """A code to send; those that were sent before are good no more.

    Raises:
        Refused: TOO_MANY_CODES.
    """
    _check_often(session, contact, now)
    code = f"{random.randbelow(10**DIGITS):0{DIGITS}d}"
    id = random_id()
    session.add(
        CodeRow(
            id=id,
            person=contact.person,
            contact=contact.id,
            value_hash=contact.value_hash,
            code_hash=_hash(secrets, id, code),
            sent_at=now,
            expires_at=now + GOOD_FOR_US,
        )
    )
    session.exec(delete(CodeRow).where(col(CodeRow.sent_at) < now - DAY_US))
    session.flush()
    return code


def try_code(session: Session, contact: ContactRow, code: str, secrets: Secrets, now: int) -> Refused | None:
    """None when it is the last one that was sent; else why not, which is counted: let that commit, then raise it.

    CODE_EXPIRED, TOO_MANY_TRIES, WRONG_CODE.
    """
    sent = select(CodeRow).where(CodeRow.contact == contact.id).order_by(col(CodeRow.sent_at).desc()).limit(1)
    row = session.exec(sent.with_for_update()).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now:
        return Refused("The code has expired: ask for another.", code="CODE_EXPIRED", field="code")
    if row.tries >= TRIES_MOST:
        return Refused("Too many wrong codes: ask for another.", code="TOO_MANY_TRIES", field="code")
    if not hmac.compare_digest(row.code_hash, _hash(secrets, row.id, code.strip()[: 4 * DIGITS])):
        row.tries += 1
        return Refused("This is not the code that was sent.", code="WRONG_CODE", field="code")
    row.used_at = now
    return None


def _check_often(session: Session, contact: ContactRow, now: int) -> None:
    lately = col(CodeRow.sent_at) > now - HOUR_US
    for whose, most in (
        (CodeRow.value_hash == contact.value_hash, HOURLY_TO_ONE),
        (CodeRow.person == contact.person, HOURLY_OF_ONE),
    ):
        if session.exec(select(func.count(col(CodeRow.id))).where(whose, lately)).one() >= most:
            raise Refused("Too many codes were sent: wait for an hour.", code="TOO_MANY_CODES", field="value")


def _hash(secrets: Secrets, id: str, code: str) -> str:
    # With the row's id: the same six digits sent twice are not alike.
    return secrets.hash.of("contact-code", f"{id}:{code}")
