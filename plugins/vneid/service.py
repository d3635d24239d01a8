"""The rules of vneid: signing in as a seeded person, in development alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from gateway.plugin import Refused
from identity.people import UnknownPerson, person_named

NAME_MOST = 40


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
