"""HTTP to a provider: in time, of bounded size, without redirects, and not at all while its circuit is open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson
import structlog

from identity.provider.errors import ProviderDown
from identity.provider.settings import ProviderSettings
from schema.circuit import Circuit

log = structlog.get_logger("identity.provider")

_RETRY_AFTER_S: Final = 2.0
_RETRY_AFTER_MOST_S: Final = 600
# No gzip: what a small body may grow to must not be found out here.
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said. ``status``: 2xx or 4xx. ``body``: a JSON object; empty for a 4xx that has none."""

    status: int
    body: Mapping[str, Any]


class Calls:
    """The calls of one process to one provider. It keeps no cookies, so no sign-in leaves anything to another."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self.circuit = Circuit(settings.name, failures=settings.circuit_failures, wait_s=settings.circuit_wait_s)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises: ProviderDown."""
        return await self._call("GET", url, headers, None)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Never sent twice: a code is good once. Raises: ProviderDown."""
        return await self._call("POST", url, headers, form)

    def down(self, retry_after_s: float = 0.0) -> ProviderDown:
        """What to tell whoever signs in while the provider fails."""
        return ProviderDown(self._settings.name, max(retry_after_s, self.circuit.closed_in_s, _RETRY_AFTER_S))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str] | None, form: Mapping[str, str] | None
    ) -> Answer:
        if not self.circuit.admit():
            raise self.down()
        try:
            async with asyncio.timeout(self._settings.call_within_s):
                answer, why, wait_s = await self._exchange(method, url, {**_HEADERS, **(headers or {})}, form)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            answer, why, wait_s = None, type(error).__name__, 0.0
        except BaseException:
            self.circuit.abandoned()
            raise
        if answer is None:
            # Neither the URL nor the error's text: a provider may put into them whom it is about.
            log.warning("provider failed", provider=self._settings.name, why=why)
            self.circuit.failed()
            raise self.down(wait_s)
        self.circuit.succeeded()
        return answer

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> tuple[Answer | None, str, float]:
        async with self._http().request(method, url, headers=headers, data=form, allow_redirects=False) as response:
            if response.status >= 500 or response.status == 429 or 300 <= response.status < 400:
                return None, f"status {response.status}", _wait_s(response.headers.get("Retry-After"))
            text = await self._body(response)
            if text is None:
                return None, "answer too large", 0.0
        try:
            body = orjson.loads(text) if text.strip() else {}
        except orjson.JSONDecodeError:
            body = None
        if isinstance(body, dict):
            return Answer(response.status, body), "", 0.0
        if response.status >= 400:
            # It was refused, in whatever words: wrong codes must not make the provider look down.
            return Answer(response.status, {}), "", 0.0
        return None, "answer is no JSON object", 0.0

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | None:
        text = bytearray()
        async for chunk in response.content.iter_any():
            text += chunk
            if len(text) > self._settings.answer_bytes_most:
                return None
        return bytes(text)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        return self._session


def _wait_s(header: str | None) -> float:
    if header is None or not header.isascii() or not header.isdigit() or len(header) > 9:
        return 0.0
    return float(min(int(header), _RETRY_AFTER_MOST_S))
