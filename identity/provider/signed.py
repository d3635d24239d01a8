"""A provider's signed tokens: the signature, the header, and the claims that every one of them has."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError

from identity.provider.keys import ProviderKeys, PublicKey
from identity.provider.metadata import Discovery
from identity.provider.settings import ProviderSettings

LEEWAY_S: Final = 60
_TOKEN_MOST: Final = 16_384
# A token must not bring, or say where to fetch, the key that it is checked by.
_KEY_HEADERS: Final = frozenset(("jwk", "jku", "x5c", "x5u", "crit"))


class NotSigned(Exception):  # noqa: N818, a fact about a token
    """The token is not one that the provider signed for us. ``why``: the header or claim that does not hold."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Signed:
    """Checks tokens by the provider's keys. ``clock``: epoch seconds."""

    def __init__(
        self,
        settings: ProviderSettings,
        discovery: Discovery,
        keys: ProviderKeys,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._discovery = discovery
        self._keys = keys
        self.clock = clock
        self._registry = jws.JWSRegistry(algorithms=list(settings.algorithms), strict_check_header=False)

    async def claims(self, token: str, types: frozenset[str], *, age_most_s: int) -> tuple[dict[str, Any], str]:
        """The claims of a token and its algorithm. ``types``: what its ``typ`` may be, in lower case.

        ``age_most_s``: since ``iat``. Issuer, audience, ``azp``, ``iat``, and ``exp`` and ``nbf`` where they stand, are
        checked, with a minute for clocks that differ.

        Raises:
            NotSigned: something does not hold.
            ProviderDown: there are no keys to check it by.
        """
        header = self._header(token, types)
        algorithm, kid = header["alg"], header.get("kid")
        metadata = await self._discovery.metadata()
        key = await self._keys.key(metadata.jwks_uri, kid, algorithm)
        if key is None:
            raise NotSigned("kid")
        claims = self._verified(token, key)
        self._check(claims, age_most_s)
        return claims, algorithm

    def _header(self, token: str, types: frozenset[str]) -> Mapping[str, Any]:
        """What the header says is believed only as far as it picks one of the provider's keys."""
        if len(token) > _TOKEN_MOST:
            raise NotSigned("size")
        try:
            header = jws.extract_compact(token.encode(), registry=self._registry).headers()
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise NotSigned("form") from None
        if header.get("alg") not in self._settings.algorithms:
            raise NotSigned("alg")
        if not _KEY_HEADERS.isdisjoint(header):
            raise NotSigned("header")
        kind = header.get("typ", "jwt")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
            raise NotSigned("typ")
        if not isinstance(header.get("kid"), str | None):
            raise NotSigned("kid")
        return header

    def _verified(self, token: str, key: PublicKey) -> dict[str, Any]:
        try:
            return jwt.decode(token, key, algorithms=list(self._settings.algorithms), registry=self._registry).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise NotSigned("signature") from None

    def _check(self, claims: dict[str, Any], age_most_s: int) -> None:
        now = int(self.clock())
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            iat={"essential": True},
        )
        try:
            rules.validate(claims)
        except ClaimError as error:
            raise NotSigned(error.claim) from None
        except (JoseError, ValueError, TypeError, OverflowError):
            raise NotSigned("claims") from None
        if claims["iat"] < now - age_most_s - LEEWAY_S:
            raise NotSigned("iat")
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
            raise NotSigned("azp")
        if "azp" in claims and claims["azp"] != self._settings.client_id:
            raise NotSigned("azp")
