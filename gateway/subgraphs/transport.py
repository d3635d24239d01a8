"""HTTP to remote subgraphs: one pooled client for the process, and the interface that retry or a breaker can wrap."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp

from gateway.subgraphs.errors import (
    SUBREQUEST_HTTP_ERROR,
    SUBREQUEST_MALFORMED_RESPONSE,
    SUBREQUEST_TIMEOUT,
    SUBREQUEST_TOO_LARGE,
)


class TransportError(Exception):
    """No whole answer came. ``code``: what the client is told; ``message``: for the client, naming nothing secret."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to a subgraph.

    ``deadline``: on the event loop's clock; None waits for ever. ``repeatable``: whether sending it twice does no harm.
    ``size_max``: bytes of the decoded answer that are read at most.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]
    deadline: float | None
    repeatable: bool
    size_max: int


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer. ``media_type``: in lower case, without parameters."""

    status: int
    media_type: str
    body: bytes


class Transport(Protocol):
    """Sends requests. What retries, breaks or deduplicates is a transport around another."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """The answer, whatever its status.

        Raises:
            TransportError: none came, not in time, not whole, or too large.
        """
        ...


class HttpClient:
    """The transport over aiohttp, and the WebSocket door: one session for all subgraphs of the process.

    ``connections_max``: to one host at a time; requests above it wait. ``idle_s``: how long an idle connection is kept.
    """

    def __init__(self, *, connections_max: int = 100, idle_s: float = 30.0) -> None:
        self._connections_max = connections_max
        self._idle_s = idle_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session, opened on first use, inside the event loop that it belongs to."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, limit_per_host=self._connections_max, keepalive_timeout=self._idle_s
                ),
                # A cookie that one person's answer sets must not go out with another's request.
                cookie_jar=aiohttp.DummyCookieJar(),
                # Time is kept by deadlines, for the whole of a request.
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections. The client may be used again, with new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        try:
            async with asyncio.timeout_at(request.deadline):
                return await self._send(request)
        except TimeoutError:
            raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time") from None
        except aiohttp.ClientPayloadError as error:
            raise TransportError(SUBREQUEST_MALFORMED_RESPONSE, "broke off its answer") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TransportError(SUBREQUEST_HTTP_ERROR, "could not be reached") from error

    async def _send(self, request: HttpRequest) -> HttpAnswer:
        # A redirect would carry the actor's token to where nobody decided to send it.
        async with self.session.post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            if (response.content_length or 0) > request.size_max:
                raise _too_large(request)
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.content.iter_any():
                size += len(chunk)
                if size > request.size_max:
                    raise _too_large(request)
                chunks.append(chunk)
            return HttpAnswer(response.status, response.content_type.lower(), b"".join(chunks))


def _too_large(request: HttpRequest) -> TransportError:
    return TransportError(SUBREQUEST_TOO_LARGE, f"answered more than {request.size_max} bytes")
