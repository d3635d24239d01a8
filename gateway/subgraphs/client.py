"""The HTTP client of the process: pooled connections to all remote subgraphs, over aiohttp."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from gateway.subgraphs.errors import (
    SUBREQUEST_HTTP_ERROR,
    SUBREQUEST_MALFORMED_RESPONSE,
    SUBREQUEST_TIMEOUT,
    SUBREQUEST_TOO_LARGE,
)
from gateway.subgraphs.transport import HttpAnswer, HttpRequest, TransportError

# Seconds of quiet before the first question, between questions, and how many go unanswered.
_KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class HttpClient:
    """The transport over aiohttp, and the WebSocket door: one session for all subgraphs of the process.

    ``connections_max``: to one host at a time; requests above it wait. ``idle_s``: how long an idle connection is kept.
    """

    def __init__(self, *, connections_max: int = 100, idle_s: float = 30.0) -> None:
        self._connections_max = connections_max
        self._idle_s = idle_s
        self._session: aiohttp.ClientSession | None = None
        self._socket_session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session, opened on first use, inside the event loop that it belongs to."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,
                    limit_per_host=self._connections_max,
                    keepalive_timeout=self._idle_s,
                    socket_factory=_watched_socket,
                ),
                # A cookie that one person's answer sets must not go out with another's request.
                cookie_jar=aiohttp.DummyCookieJar(),
                # Time is kept by deadlines, for the whole of a request.
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    @property
    def socket_session(self) -> aiohttp.ClientSession:
        """The same for WebSockets, whose handshake aiohttp lets be redirected unless it is stopped."""
        if self._socket_session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_redirect.append(_refuse_redirect)
            self._socket_session = aiohttp.ClientSession(
                connector=self.session.connector,
                connector_owner=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trace_configs=[trace],
            )
        return self._socket_session

    async def close(self) -> None:
        """Close the connections. The client may be used again, with new ones."""
        for session in (self._socket_session, self._session):
            if session is not None:
                await session.close()
        self._session = self._socket_session = None

    @asynccontextmanager
    async def open_stream(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A response whose body is read by the caller, for as long as it lasts. ``timeout_s``: for its head to come.

        Raises:
            TransportError: SUBREQUEST_TIMEOUT.
            aiohttp.ClientError: it could not be reached.
        """
        try:
            async with asyncio.timeout(timeout_s):
                response = await self.session.post(url, data=body, headers=headers, allow_redirects=False)
        except TimeoutError:
            raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time") from None
        try:
            yield response
        finally:
            # Closed, not released: the rest of a stream may never come.
            response.close()

    async def send(self, request: HttpRequest) -> HttpAnswer:
        until = asyncio.get_running_loop().time() + request.timeout_s
        hurried = request.deadline is not None and request.deadline < until
        try:
            async with asyncio.timeout_at(request.deadline if hurried else until):
                return await self._send(request)
        except TimeoutError:
            raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time", hurried=hurried) from None
        except aiohttp.ClientPayloadError as error:
            raise TransportError(SUBREQUEST_MALFORMED_RESPONSE, "broke off its answer") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TransportError(SUBREQUEST_HTTP_ERROR, "could not be reached") from error

    async def _send(self, request: HttpRequest) -> HttpAnswer:
        # A redirect would carry the actor's token to where nobody decided to send it.
        async with self.session.post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            body = await read_whole(response, request.size_max)
            return HttpAnswer(response.status, response.content_type.lower(), body, response.headers)


async def read_whole(response: aiohttp.ClientResponse, size_max: int) -> bytes:
    """The decoded body.

    Raises:
        TransportError: SUBREQUEST_TOO_LARGE, as soon as it is known.
    """
    if (response.content_length or 0) > size_max:
        raise _too_large(size_max)
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > size_max:
            raise _too_large(size_max)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _watched_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket on which the system notices a peer that is gone: a quiet subscription would wait for it for ever."""
    family, kind, protocol, _name, _address = address
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEP_ALIVE.items():
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made


async def _refuse_redirect(_session: object, _context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
    raise aiohttp.ClientResponseError(
        params.response.request_info, (), status=params.response.status, message="redirected"
    )


def _too_large(size_max: int) -> TransportError:
    return TransportError(SUBREQUEST_TOO_LARGE, f"answered more than {size_max} bytes")
