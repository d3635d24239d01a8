"""The rules of vneid: one's own e-ID, unlinking it, and signing in as a seeded person, in development alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from gateway.plugin import Actor, Event, Refused, emit
from identity import links, sessions
from identity.levels import need_level
from identity.links import Link
from identity.people import UnknownPerson, person_named

NAME_MOST = 40
LEVEL_TO_UNLINK = 2


@dataclass(frozen=True, slots=True)
class Unlinked:
    """``providers``: whose e-ID was unlinked. ``ended``: ids of the sessions that ended by it."""

    providers: list[str]
    ended: list[str]


def links_by_person(session: Session, people: Sequence[str]) -> Mapping[str, Link]:
    """The e-ID that each last signed in by; who has unlinked theirs has none."""
    found = {person: links.links_of(session, person) for person in people}
    return {person: held[0] for person, held in found.items() if held}


def unlink_identity(session: Session, by: Actor, now: int) -> Unlinked:
    """Take out what the city keeps of one's own e-ID, end all of one's sessions and emit ``identity.session_ended``.

    ``now``: microseconds since 1970 in UTC. Whoever signs in again is the same person.

    Raises:
        Refused: LEVEL_TOO_LOW; FORBIDDEN to who acts for somebody else; LINK_UNKNOWN, when there is none.
    """
    if by.delegate:
        raise Refused("A helper does not unlink the e-ID of whom they help.", code="FORBIDDEN")
    need_level(by, LEVEL_TO_UNLINK)
    unlinked = links.unlink(session, by.id, by, now)
    ended = sessions.end_all(session, by.id, "UNLINKED", now)
    for id in ended:
        emit(session, Event(sessions.SESSION_ENDED, {"session": id, "person": by.id, "why": "UNLINKED"}))
    return Unlinked(unlinked.providers, ended)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A token and what its bearer should know of it. ``expires_in_s``: seconds from now."""

    token: str
    expires_in_s: int
    level: int
    name: str


def sign_in(person: str, issue: Callable[[str], str] | None) -> Ticket:
    """``person``: a seeded name such as ``lan``. ``issue``: name -> signed token; None where nobody can sign in so.

    Nothing is logged: a name and a token are what a log must not hold.

    Raises:
        Refused: SIGN_IN_UNAVAILABLE in production; UNKNOWN_PERSON, with the names that there are.
    """
    if issue is None:
        raise Refused("Signing in by name is for development. Here, sign in through VNeID.", code="SIGN_IN_UNAVAILABLE")
    try:
        found = person_named(person[:NAME_MOST])
        token = issue(found.name)
    except UnknownPerson as unknown:
        raise Refused(str(unknown), code="UNKNOWN_PERSON", field="person") from None
    return Ticket(token=token, expires_in_s=_lifetime_s(token), level=found.level, name=found.full_name)


def _lifetime_s(token: str) -> int:
    """From the claims of a token that was signed just now: there is nothing to verify."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return int(claims["exp"]) - int(claims["iat"])
