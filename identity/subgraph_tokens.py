"""Who asks, told to a process elsewhere: the one that asks signs the actor, for one audience and one minute.

The gateway tells a subgraph so, and a plugin that runs as a service of its own tells the gateway when it asks the other
plugins. Either needs the other's public keys alone (``identity.jwks``). A token for one is worth nothing at another.
"""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey

from identity.actor import Actor
from identity.claims import actor_of, claims_of
from identity.jwks import KeySource
from identity.tokens import ALGORITHM, LEEWAY_S, TOKEN_MOST, InvalidToken

ISSUER: Final = "congdanso-gateway"
LIFETIME_S: Final = 60
TYPE: Final = "JWT"
_KEPT_MOST: Final = 10_000


class SubgraphTokens:
    """The side that asks. ``issuer``: its name, the gateway's or a plugin's. ``clock``: epoch seconds.

    A token is kept for half its life, so what a service gets is good for at least the other half.
    """

    def __init__(self, key: ECKey, *, issuer: str = ISSUER, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._issuer = issuer
        self._clock = clock
        self._kept: OrderedDict[tuple[Actor, str], tuple[float, str]] = OrderedDict()

    def jwks(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set."""
        public = {**self._key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}
        return {"keys": [public]}

    def token(self, actor: Actor, audience: str) -> str:
        """A token that says to ``audience`` who asks; for nobody, that nobody has signed in."""
        now = self._clock()
        kept = self._kept.get((actor, audience))
        if kept is not None and now < kept[0]:
            return kept[1]
        token = self._sign(actor, audience, int(now))
        self._kept[actor, audience] = (now + LIFETIME_S / 2, token)
        self._kept.move_to_end((actor, audience))
        if len(self._kept) > _KEPT_MOST:
            self._kept.popitem(last=False)
        return token

    def _sign(self, actor: Actor, audience: str, now: int) -> str:
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": uuid.uuid4().hex,
            **claims_of(actor),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid, "typ": TYPE}, claims, self._key)


class SubgraphVerifier:
    """The side that is asked: checks the tokens that ``issuer`` signed for ``audience``. ``clock``: epoch seconds."""

    def __init__(
        self, audience: str, keys: KeySource, *, issuer: str = ISSUER, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._clock = clock

    async def verify(self, token: str) -> Actor:
        """The actor that the issuer asks for.

        Its ``expires_at`` is None: the token vouches for the beginning of a request or of a stream, which the gateway
        ends when the client's own token does.

        Raises:
            InvalidToken: INVALID_TOKEN, or TOKEN_EXPIRED when it was good once.
            KeysUnavailable: there are no keys to check it by.
        """
        if len(token) > TOKEN_MOST:
            raise InvalidToken("The token is too long.")
        try:
            key = await self._key_of(token)
            decoded = jwt.decode(token, key, algorithms=[ALGORITHM])
            self._claims().validate(decoded.claims)
            if decoded.claims["aud"] != self._audience:
                raise InvalidToken("The token is for more than one audience.")
            return actor_of(decoded.claims)
        except ExpiredTokenError:
            raise InvalidToken("The token has expired.", "TOKEN_EXPIRED") from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise InvalidToken(f"The token is not one that {self._issuer} signed for {self._audience}.") from None

    async def _key_of(self, token: str) -> ECKey:
        # What the header says is believed of the key's name alone, and only to look it up among the issuer's.
        header = jws.extract_compact(token.encode()).headers()
        if header.get("typ") != TYPE:
            raise InvalidToken("The token is of another type.")
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise InvalidToken("The token names no key.")
        key = await self._keys.key(kid)
        if key is None:
            raise InvalidToken(f"The token was signed with a key that {self._issuer} does not have.")
        return key

    def _claims(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            iat={"essential": True},
        )
