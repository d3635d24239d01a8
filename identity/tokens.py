"""Access tokens: an actor, signed (ES256) and verified. In the manner of RFC 9068, with one client, which is ours.

What joserfc leaves open is checked here (RFC 8725): the type, a key id that is ours, one audience and no other, and a
header that says nothing else, so that no key is ever taken from where a token points.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey

from identity.actor import Actor
from identity.claims import actor_of, claims_of
from identity.keys import ALGORITHM as ALGORITHM
from identity.keys import OneKey, SigningKeys
from identity.keys import load_key as load_key

ISSUER: Final = "congdanso"
AUDIENCE: Final = "congdanso-gateway"
TYPE: Final = "at+jwt"
LEEWAY_S: Final = 60
"""How far the clocks of two machines may be apart."""
LIFETIME_S: Final = 300
LIFETIME_MOST_S: Final = 31 * 24 * 3600
TOKEN_MOST: Final = 8192
"""Characters."""
_HEADER: Final = frozenset({"alg", "kid", "typ"})


class InvalidToken(Exception):  # noqa: N818, named for what the client is told
    """A token that is refused. ``code``: INVALID_TOKEN or TOKEN_EXPIRED; the message never holds the token."""

    def __init__(self, message: str, code: str = "INVALID_TOKEN") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Tokens:
    """Signs with the ring's newest key and verifies with any of it. ``clock``: epoch seconds.

    ``ring``: a ``KeyRing``, or one key. Algorithm, type, issuer, audience and key are ours, not taken from the token.
    """

    def __init__(self, ring: SigningKeys | ECKey, *, clock: Callable[[], float] = time.time) -> None:
        self._ring: SigningKeys = OneKey(ring) if isinstance(ring, ECKey) else ring
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    def jwks(self) -> dict[str, Any]:
        """The public keys that verify now, as a JSON Web Key Set: for ``/.well-known/jwks.json``."""
        return self._ring.jwks()

    def sign(self, actor: Actor, lifetime_s: int = LIFETIME_S) -> str:
        """A token that says who ``actor`` is, for ``lifetime_s`` seconds; its ``expires_at`` is not looked at.

        Raises:
            ValueError: it is nobody.
        """
        if not actor.is_authenticated:
            raise ValueError("nobody has no token")
        now = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + lifetime_s,
            "jti": uuid.uuid4().hex,
            **claims_of(actor),
        }
        key = self._ring.current()
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}, claims, key)

    def verify(self, token: str) -> Actor:
        """The actor that the token was signed for; ``expires_at``: the token's end with the leeway.

        Raises:
            InvalidToken: INVALID_TOKEN, or TOKEN_EXPIRED when it was good once.
        """
        if len(token) > TOKEN_MOST:
            raise InvalidToken("The token is too long.")
        try:
            decoded = jwt.decode(token, self._key_of(token), algorithms=[ALGORITHM])
            return self._actor(decoded.claims)
        except ExpiredTokenError:
            raise InvalidToken("The token has expired: sign in again.", "TOKEN_EXPIRED") from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise InvalidToken("The token is not one of ours: sign in again.") from None

    def _key_of(self, token: str) -> ECKey:
        """The key that the header names, of ours. The header is believed of nothing but the name."""
        header = jws.extract_compact(token.encode()).headers()
        if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or not _HEADER.issuperset(header):
            raise InvalidToken("The token is not one of ours: sign in again.")
        kid = header.get("kid")
        key = self._ring.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken("The token was signed with another key: sign in again.")
        return key

    def _actor(self, claims: dict[str, Any]) -> Actor:
        if claims.get("aud") != AUDIENCE:
            raise InvalidToken("The token is for another audience, or for more than one.")
        # The end is looked at last: what has expired was good in all else.
        ends = claims.pop("exp")
        self._claims.validate({**claims, "exp": ends})
        if ends - claims["iat"] > LIFETIME_MOST_S:
            raise InvalidToken("The token was signed for too long: sign in again.")
        return actor_of(claims, expires_at=int(ends) + LEEWAY_S)
