"""The id_token of a sign-in: whether it is of the right provider, of this sign-in, and fresh."""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from typing import Any, Final

from joserfc.util import urlsafe_b64encode

from identity.provider.errors import ProviderRefused
from identity.provider.signed import LEEWAY_S, NotSigned, Signed

_TYPES: Final = frozenset(("jwt", "id_token+jwt"))
_AGE_MOST_S: Final = 600
_SUBJECT_MOST: Final = 255
_SID_MOST: Final = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one sign-in. ``anew_since``: epoch seconds, when the person had to be asked anew; None: need not be."""

    nonce: str
    code: str
    access_token: str
    anew_since: int | None = None


async def check_id_token(signed: Signed, token: str, expected: Expected) -> dict[str, Any]:
    """The claims of an id_token that holds.

    Raises:
        ProviderRefused: ID_TOKEN_INVALID, NONCE_MISMATCH, AUTH_TOO_OLD.
        ProviderDown: there are no keys to check it by.
    """
    try:
        claims, algorithm = await signed.claims(token, _TYPES, age_most_s=_AGE_MOST_S)
    except NotSigned as fault:
        raise ProviderRefused("ID_TOKEN_INVALID", fault.why) from None
    if "exp" not in claims:
        raise ProviderRefused("ID_TOKEN_INVALID", "exp")
    _check_nonce(claims.get("nonce"), expected.nonce)
    _check_subject(claims.get("sub"))
    _check_half(claims, "at_hash", expected.access_token, algorithm)
    _check_half(claims, "c_hash", expected.code, algorithm)
    for name in ("sid", "acr"):
        if not isinstance(claims.get(name, ""), str) or len(claims.get(name, "")) > _SID_MOST:
            raise ProviderRefused("ID_TOKEN_INVALID", name)
    _check_auth_time(claims.get("auth_time"), expected.anew_since, signed.clock())
    return claims


def half_hash(value: str, algorithm: str) -> str:
    """The left half of a hash, as ``at_hash`` and ``c_hash`` have it. ``algorithm``: such as ES256."""
    digest = hashlib.new(f"sha{algorithm[2:]}", value.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).decode()


def _check_nonce(nonce: Any, expected: str) -> None:
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(errors="replace"), expected.encode()):
        raise ProviderRefused("NONCE_MISMATCH")


def _check_subject(subject: Any) -> None:
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MOST or not subject.isprintable():
        raise ProviderRefused("ID_TOKEN_INVALID", "sub")


def _check_half(claims: dict[str, Any], name: str, value: str, algorithm: str) -> None:
    if name not in claims:
        return
    given = claims[name]
    good = half_hash(value, algorithm)
    if (
        not value
        or not isinstance(given, str)
        or not hmac.compare_digest(given.encode(errors="replace"), good.encode())
    ):
        raise ProviderRefused("ID_TOKEN_INVALID", name)


def _check_auth_time(auth_time: Any, anew_since: int | None, now: float) -> None:
    if auth_time is None and anew_since is None:
        return
    is_number = isinstance(auth_time, int | float) and not isinstance(auth_time, bool)
    if not is_number or not math.isfinite(auth_time) or not 0 <= auth_time <= now + LEEWAY_S:
        raise ProviderRefused("ID_TOKEN_INVALID", "auth_time")
    if anew_since is not None and auth_time < anew_since - LEEWAY_S:
        raise ProviderRefused("AUTH_TOO_OLD")
