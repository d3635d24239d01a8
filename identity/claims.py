"""An actor as the claims of a token, and back: alike in what people carry and in what goes to a process elsewhere.

Names are of RFC 7519, RFC 9068 (``scope``, ``roles``, ``auth_time``), RFC 8693 (``act``) and OpenID Connect (``sid``).
"""

from __future__ import annotations

from typing import Any

from identity.actor import Actor


def claims_of(actor: Actor) -> dict[str, Any]:
    """What a token says of an actor; no ``sub`` for nobody."""
    claims: dict[str, Any] = {
        "level": actor.level,
        "roles": sorted(actor.roles),
        "agency": actor.agency,
        "wards": sorted(actor.wards),
        "scope": " ".join(sorted(actor.scopes)),
    }
    if actor.is_authenticated:
        claims["sub"] = actor.id
    if actor.session:
        claims["sid"] = actor.session
    if actor.auth_at:
        claims["auth_time"] = actor.auth_at
    if actor.delegate:
        claims["act"] = {"sub": actor.delegate}
    return claims


def actor_of(claims: dict[str, Any], *, expires_at: int | None = None) -> Actor:
    """The actor that verified claims tell of.

    Raises:
        TypeError: a claim is not of its type.
    """
    act = claims.get("act") or {}
    if not isinstance(act, dict):
        raise TypeError("act is no object")
    return Actor(
        id=_text(claims, "sub"),
        level=_number(claims, "level"),
        roles=_texts(claims, "roles"),
        agency=_text(claims, "agency") or None,
        wards=_texts(claims, "wards"),
        scopes=frozenset(_text(claims, "scope").split()),
        expires_at=expires_at,
        session=_text(claims, "sid"),
        auth_at=_number(claims, "auth_time"),
        delegate=_text(act, "sub"),
    )


def _text(claims: dict[str, Any], name: str) -> str:
    given = claims.get(name)
    if not isinstance(given, str | None):
        raise TypeError(f"{name} is no text")
    return given or ""


def _texts(claims: dict[str, Any], name: str) -> frozenset[str]:
    given = claims.get(name)
    if given is None:
        return frozenset()
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise TypeError(f"{name} is no list of texts")
    return frozenset(given)


def _number(claims: dict[str, Any], name: str) -> int:
    given = claims.get(name)
    if given is None:
        return 0
    # True is an int to Python and none to JSON.
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"{name} is no whole number")
    return given
