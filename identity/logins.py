"""Sign-ins under way: what is kept from the redirect to the provider until the callback, and the tickets of apps.

Each is taken once: whoever comes second, with the same state or ticket, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import CursorResult, delete, update
from sqlmodel import Session

from identity.once import draw, hash_of, is_verifier_of
from identity.secrets import Secrets
from identity.signed import Aim, Channel
from identity.tables import LoginRow, TicketRow
from schema.errors import Refused

LOGIN_WITHIN_US: Final = 10 * 60 * 1_000_000
TICKET_WITHIN_US: Final = 60 * 1_000_000
_WORD_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Login:
    """A sign-in that came back. ``nonce``, ``verifier``: as they were sent."""

    provider: str
    aim: Aim
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the relying party drew for one sign-in."""

    state: str
    nonce: str
    verifier: str


def keep_login(
    session: Session, secrets: Secrets, provider: str, words: Words, browser: str, aim: Aim, now: int
) -> None:
    """Keep a sign-in until its callback. ``browser``: the word in the cookie of the browser that begins it."""
    session.add(
        LoginRow(
            state_hash=hash_of(words.state),
            provider=provider,
            browser_hash=hash_of(browser),
            nonce=secrets.sealer.seal(words.nonce),
            verifier=secrets.sealer.seal(words.verifier),
            channel=aim.channel,
            target=aim.target,
            app_challenge=aim.app_challenge,
            app_state=aim.app_state,
            level=aim.level,
            session=aim.session,
            begun_at=now,
            expires_at=now + LOGIN_WITHIN_US,
        )
    )


def take_login(session: Session, secrets: Secrets, state: str, browser: str | None, now: int) -> Login:
    """The sign-in of ``state``, which is spent by this.

    Raises:
        Refused: LOGIN_UNKNOWN, LOGIN_USED, LOGIN_EXPIRED; LOGIN_OTHER_BROWSER when another browser began it, and then
        it is not spent: a link that was sent to somebody must not sign that person in as the sender.
    """
    row = session.get(LoginRow, hash_of(state[:_WORD_MAX]))
    if row is None:
        raise Refused("No sign-in was begun with this state: begin again.", code="LOGIN_UNKNOWN")
    if browser is None or hash_of(browser[:_WORD_MAX]) != row.browser_hash:
        raise Refused("Another browser began this sign-in: begin again in this one.", code="LOGIN_OTHER_BROWSER")
    if row.expires_at <= now:
        raise Refused("The sign-in took too long: begin again.", code="LOGIN_EXPIRED")
    _spend(session, LoginRow, cast(Any, LoginRow.state_hash) == row.state_hash, now, "LOGIN_USED")
    aim = Aim(cast(Channel, row.channel), row.target, row.level, row.session, row.app_challenge, row.app_state)
    return Login(row.provider, aim, secrets.sealer.open(row.nonce), secrets.sealer.open(row.verifier))


def new_ticket(session: Session, of_session: str, app_challenge: str, now: int) -> str:
    """A ticket for the app that began the sign-in; only its hash is kept."""
    ticket = draw()
    session.add(
        TicketRow(
            hash=hash_of(ticket), session=of_session, app_challenge=app_challenge, expires_at=now + TICKET_WITHIN_US
        )
    )
    return ticket


def take_ticket(session: Session, ticket: str, verifier: str, now: int) -> str:
    """The id of the session that the ticket lets in.

    Raises:
        Refused: TICKET_INVALID, whatever is wrong with it.
    """
    row = session.get(TicketRow, hash_of(ticket[:_WORD_MAX]))
    if row is None or row.expires_at <= now or not is_verifier_of(verifier[:_WORD_MAX], row.app_challenge):
        raise Refused("The ticket is not good, or no longer: sign in again.", code="TICKET_INVALID")
    _spend(session, TicketRow, cast(Any, TicketRow.hash) == row.hash, now, "TICKET_INVALID")
    return row.session


def forget_old(session: Session, now: int) -> None:
    """Take out what nobody can come back with."""
    for table in (LoginRow, TicketRow):
        session.execute(delete(table).where(cast(Any, table.expires_at) <= now - LOGIN_WITHIN_US))


def _spend(session: Session, table: type[LoginRow] | type[TicketRow], which: Any, now: int, code: str) -> None:
    unused = cast(Any, table.used_at).is_(None)
    done = cast("CursorResult[Any]", session.execute(update(table).where(which, unused).values(used_at=now)))
    if done.rowcount != 1:
        raise Refused("It was used already: sign in again.", code=code)
