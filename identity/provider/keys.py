"""A provider's public keys: fetched, kept, and fetched anew for one that is unknown, but not for each forged token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from identity.provider.calls import Calls
from identity.provider.errors import ProviderDown
from identity.provider.settings import ProviderSettings

PublicKey = ECKey | RSAKey

_KEEP_S: Final = 3600.0
_STALE_MOST_S: Final = 24 * 3600.0
_RETRY_AFTER_S: Final = 1.0
"""Between two looks while none were ever had: forged tokens must not become calls."""
_KEYS_MOST: Final = 50
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
# A modulus of 2048 bits has 342 characters.
_MODULUS_LEAST: Final = 342


class ProviderKeys:
    """The keys of a JWKS, by their ids. ``clock``: seconds, never going back.

    They are looked for when first needed, when an id is unknown (at most every ``keys_refetch_s``) and after an hour,
    so a key that was taken out ends. Those that were had stay good for a day while the provider cannot be reached.
    """

    def __init__(
        self, settings: ProviderSettings, calls: Calls, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: Sequence[PublicKey] = parse_keys(settings.jwks) if settings.jwks is not None else ()
        self._looked_at: float | None = None
        self._had_at: float | None = None

    async def key(self, jwks_uri: str, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key that a token of this header must be signed with; None: there is none, or not a single one.

        ``jwks_uri``: "" where the settings hold the keys.

        Raises:
            ProviderDown: no keys could be had.
        """
        if jwks_uri and self._must_look(kid):
            async with self._lock:
                # Whoever waited finds what the one before brought.
                if self._must_look(kid):
                    await self._look(jwks_uri)
        if jwks_uri and (self._had_at is None or self._clock() - self._had_at > _STALE_MOST_S):
            raise self._calls.down()
        if kid is None and self._settings.require_kid:
            return None
        found = [key for key in self._keys if kid is None or key.kid == kid]
        fitting = [key for key in found if _fits(key, algorithm)]
        return fitting[0] if len(fitting) == 1 else None

    def _must_look(self, kid: str | None) -> bool:
        if self._looked_at is None:
            return True
        age_s = self._clock() - self._looked_at
        if self._had_at is None:
            return age_s >= _RETRY_AFTER_S
        is_known = kid is None or any(key.kid == kid for key in self._keys)
        return age_s >= _KEEP_S or (age_s >= self._settings.keys_refetch_s and not is_known)

    async def _look(self, jwks_uri: str) -> None:
        try:
            answer = await self._calls.get(jwks_uri)
        except ProviderDown:
            if self._had_at is None:
                raise  # The circuit keeps these calls few.
            self._looked_at = self._clock()
            return
        self._looked_at = self._clock()
        if answer.status == 200 and (keys := parse_keys(answer.body)):
            self._keys = keys
            self._had_at = self._looked_at


def parse_keys(jwks: Mapping[str, Any]) -> Sequence[PublicKey]:
    """The public keys of a JWKS that signatures can be checked by; others, and broken ones, are left out."""
    given = jwks.get("keys")
    if not isinstance(given, list):
        return ()
    keys = (_parsed(one) for one in given[:_KEYS_MOST] if isinstance(one, dict))
    return tuple(key for key in keys if key is not None)


def _parsed(given: dict[str, Any]) -> PublicKey | None:
    operations = given.get("key_ops", ["verify"])
    if given.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        if given.get("kty") == "EC":
            return ECKey.import_key({name: given[name] for name in given if name != "d"})
        if given.get("kty") == "RSA" and len(given["n"]) >= _MODULUS_LEAST:
            public = ("kty", "n", "e", "kid", "alg", "use")
            return RSAKey.import_key({name: given[name] for name in public if name in given})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def _fits(key: PublicKey, algorithm: str) -> bool:
    if key.alg not in (None, algorithm):
        return False
    if isinstance(key, ECKey):
        return _CURVES.get(algorithm) == key.curve_name
    return algorithm[:2] in ("RS", "PS")
