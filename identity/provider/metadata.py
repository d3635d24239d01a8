"""Where a provider's endpoints are: as the settings say, and as its discovery document does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from identity.provider.calls import Calls
from identity.provider.errors import ProviderDown, ProviderRefused
from identity.provider.settings import ENDPOINTS, ProviderSettings, is_safe_url

_KEEP_S: Final = 3600.0
_RETRY_AFTER_S: Final = 60.0
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """``jwks_uri``: "" where the settings hold the keys. ``iss_sent``: it says who answers (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    iss_sent: bool


class Discovery:
    """The provider's metadata, kept for an hour, longer while it cannot be had anew. ``clock``: never going back."""

    def __init__(
        self, settings: ProviderSettings, calls: Calls, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._clock = clock
        self._lock = asyncio.Lock()
        self._looked_at = 0.0
        self._found: Metadata | None = None if settings.discovery else _metadata(settings, {})

    async def metadata(self) -> Metadata:
        """Raises: ProviderDown; ProviderRefused: PROVIDER_MISMATCH, when the document is another issuer's."""
        if (found := self._fresh()) is not None:
            return found
        async with self._lock:
            # Whoever waited finds what the one before brought.
            if (found := self._fresh()) is not None:
                return found
            return await self._look()

    def _fresh(self) -> Metadata | None:
        if not self._settings.discovery or self._clock() - self._looked_at < _KEEP_S:
            return self._found
        return None

    async def _look(self) -> Metadata:
        try:
            answer = await self._calls.get(self._settings.issuer.rstrip("/") + _WELL_KNOWN)
        except ProviderDown:
            if self._found is None:
                raise
            self._looked_at = self._clock() - _KEEP_S + _RETRY_AFTER_S
            return self._found
        if answer.status != 200:
            raise self._calls.down()
        if answer.body.get("issuer") != self._settings.issuer:
            raise ProviderRefused("PROVIDER_MISMATCH", "issuer")
        self._found = _metadata(self._settings, answer.body)
        self._looked_at = self._clock()
        return self._found


def _metadata(settings: ProviderSettings, document: Mapping[str, Any]) -> Metadata:
    """Raises: ProviderRefused: PROVIDER_MISMATCH, when an endpoint is missing or not where tokens may go."""
    urls: dict[str, str | None] = {}
    for name in ENDPOINTS:
        url = getattr(settings, name) or document.get(name)
        if url is not None and (not isinstance(url, str) or not is_safe_url(url)):
            raise ProviderRefused("PROVIDER_MISMATCH", name)
        urls[name] = url
    needed = ENDPOINTS[:2] if settings.jwks is not None else ENDPOINTS[:3]
    for name in needed:
        if urls[name] is None:
            raise ProviderRefused("PROVIDER_MISMATCH", name)
    announced = document.get("authorization_response_iss_parameter_supported") is True
    return Metadata(
        authorization_endpoint=urls["authorization_endpoint"] or "",
        token_endpoint=urls["token_endpoint"] or "",
        jwks_uri=urls["jwks_uri"] or "",
        userinfo_endpoint=urls["userinfo_endpoint"],
        end_session_endpoint=urls["end_session_endpoint"],
        iss_sent=announced if settings.iss_sent is None else settings.iss_sent,
    )
