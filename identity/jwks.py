"""Public keys by their ids: a JSON Web Key Set of a file or URL, kept, and fetched anew for a key that is unknown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

FETCH_WITHIN_S: Final = 5.0
REFETCH_AFTER_S: Final = 10.0
"""Between two looks for a key that is not known: forged tokens must not become requests to whoever signs."""
RETRY_AFTER_S: Final = 1.0
"""The same while none were ever had: whoever signs is only starting, perhaps, and nobody is let in until then."""
KEEP_S: Final = 3600.0
_BYTES_MOST: Final = 100_000


class KeysUnavailable(Exception):  # noqa: N818, a fact about the other side
    """The keys could not be had, and none were had before. The message says from where, and why."""


class KeySource(Protocol):
    """Where public keys come from."""

    async def key(self, kid: str) -> ECKey | None:
        """The key of this id; None when there is none.

        Raises:
            KeysUnavailable: no keys could be had at all.
        """
        ...


class KeySets:
    """The keys of a JWKS at ``place``: an http(s) URL or a file. ``clock``: seconds, never going back.

    They are looked for when first needed, when a key is unknown (at most every ``REFETCH_AFTER_S``), and after
    ``KEEP_S``, so a key that was taken out ends. Keys that were had stay good while the place cannot be reached.
    """

    def __init__(self, place: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._clock = clock
        self._keys: Mapping[str, ECKey] | None = None
        self._looked_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> ECKey | None:
        if self._must_look(kid):
            async with self._lock:
                # Whoever waited finds what the one before brought.
                if self._must_look(kid):
                    await self._look()
        if self._keys is None:
            raise KeysUnavailable(f"The keys of who asks could not be had from {self._place}.")
        return self._keys.get(kid)

    def _must_look(self, kid: str) -> bool:
        if self._looked_at is None:
            return True
        age_s = self._clock() - self._looked_at
        if self._keys is None:
            return age_s >= RETRY_AFTER_S
        return age_s >= KEEP_S or (age_s >= REFETCH_AFTER_S and kid not in self._keys)

    async def _look(self) -> None:
        try:
            if self._place.startswith(("http://", "https://")):
                text = await _fetched(self._place)
            else:
                text = await asyncio.to_thread(Path(self._place).read_bytes)
            self._keys = parse_keys(text)
            self._looked_at = self._clock()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError, KeyError, JoseError) as error:
            self._looked_at = self._clock()
            if self._keys is None:
                why = f"{type(error).__name__}: {error}".rstrip(": ")
                raise KeysUnavailable(f"The keys of who asks could not be had from {self._place} ({why}).") from None


def parse_keys(text: bytes) -> dict[str, ECKey]:
    """The EC keys of a JWKS that have an id.

    Raises:
        ValueError, TypeError, KeyError, JoseError: it is none.
    """
    given: Any = orjson.loads(text)["keys"]
    if not all(isinstance(one, dict) for one in given):
        raise TypeError("a key is no object")
    keys = [ECKey.import_key(one) for one in given if one.get("kty") == "EC" and one.get("crv") == "P-256"]
    return {key.kid: key for key in keys if key.kid is not None}


async def _fetched(url: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=FETCH_WITHIN_S)
    async with (
        aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _BYTES_MOST:
                raise ValueError(f"more than {_BYTES_MOST} bytes")
        return bytes(body)
