"""Signing out at the provider, and the provider's word that somebody has signed out there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from identity.provider.errors import ProviderRefused
from identity.provider.signed import LEEWAY_S, NotSigned, Signed

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_TYPES: Final = frozenset(("jwt", "logout+jwt"))
_AGE_MOST_S: Final = 120
_WORD_MOST: Final = 255


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """A logout token that holds. ``subject``, ``sid``: whose sessions end, one of the two at least, else "".

    ``jti``: to be taken once, which the caller sees to; after ``good_until`` (epoch seconds) the token is refused
    anyway.
    """

    subject: str = field(repr=False)
    sid: str = field(repr=False)
    jti: str
    iss: str
    good_until: int


async def check_logout_token(signed: Signed, token: str) -> LoggedOut:
    """Raises: ProviderRefused: LOGOUT_TOKEN_INVALID. ProviderDown: there are no keys to check it by."""
    try:
        claims, _ = await signed.claims(token, _TYPES, age_most_s=_AGE_MOST_S)
    except NotSigned as fault:
        raise ProviderRefused("LOGOUT_TOKEN_INVALID", fault.why) from None
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise ProviderRefused("LOGOUT_TOKEN_INVALID", "events")
    if "nonce" in claims:
        # So that an id_token is never taken for one.
        raise ProviderRefused("LOGOUT_TOKEN_INVALID", "nonce")
    for name in ("sub", "sid", "jti"):
        given = claims.get(name, "")
        if not isinstance(given, str) or len(given) > _WORD_MOST:
            raise ProviderRefused("LOGOUT_TOKEN_INVALID", name)
    if not claims.get("jti"):
        raise ProviderRefused("LOGOUT_TOKEN_INVALID", "jti")
    if not claims.get("sub") and not claims.get("sid"):
        raise ProviderRefused("LOGOUT_TOKEN_INVALID", "sid")
    return LoggedOut(
        subject=claims.get("sub", ""),
        sid=claims.get("sid", ""),
        jti=claims["jti"],
        iss=claims["iss"],
        good_until=int(claims["iat"]) + _AGE_MOST_S + LEEWAY_S,
    )


def logout_address(
    endpoint: str | None, client_id: str, id_token_hint: str | None, return_to: str, state: str
) -> str | None:
    """Where a browser goes to sign out at the provider too; None where the provider has no such place."""
    if endpoint is None:
        return None
    asked = {"client_id": client_id, "post_logout_redirect_uri": return_to, "state": state}
    if id_token_hint:
        asked["id_token_hint"] = id_token_hint
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(asked)
