"""The client's side of graphql-transport-ws: one subscription on one socket to a remote subgraph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp
import orjson

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import checked, malformed
from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, SUBREQUEST_TIMEOUT, SUBREQUEST_TOO_LARGE, fault
from gateway.subgraphs.transport import TransportError

PROTOCOL: Final = "graphql-transport-ws"
_ID = "1"
_HEARTBEAT_S: Final = 30.0
# A client that leaves does not wait for a service that does not listen.
_LEAVE_WITHIN_S: Final = 1.0


@asynccontextmanager
async def open_socket(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], size_max: int, timeout_s: float
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket to ``url``. ``size_max``: bytes of a message. ``timeout_s``: for the handshake.

    Raises:
        TransportError: SUBREQUEST_TIMEOUT.
        aiohttp.ClientError: it could not be reached.
    """
    try:
        async with asyncio.timeout(timeout_s):
            socket = await session.ws_connect(
                url, protocols=(PROTOCOL,), headers=headers, max_msg_size=size_max, heartbeat=_HEARTBEAT_S
            )
    except TimeoutError:
        raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time") from None
    try:
        yield socket
    finally:
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(_LEAVE_WITHIN_S):
                await socket.close()


async def upstream_answers(
    socket: aiohttp.ClientWebSocketResponse,
    payload: Mapping[str, Any],
    service: str,
    scope: RequestScope,
    ack_timeout_s: float,
    credentials: Mapping[str, str] | None = None,
) -> AsyncGenerator[SubgraphAnswer, None]:
    """Subscribe and yield one answer per ``next``, until ``complete``. What goes wrong is the last answer.

    Leaving the iterator tells the service to stop. ``credentials``: go with ``connection_init``, where many servers
    look for them.
    """
    if (refused := await _connect(socket, service, ack_timeout_s, credentials)) is not None:
        yield refused
        return
    await _send(socket, {"type": "subscribe", "id": _ID, "payload": payload})
    try:
        while True:
            message = await _next(socket)
            match message.get("type"):
                case "next":
                    yield checked(message.get("payload"), service, scope)
                case "error":
                    yield checked({"data": None, "errors": message.get("payload")}, service, scope)
                    return
                case "complete":
                    return
                case "too large":
                    too_large = f"{service} sent a message of more bytes than are read"
                    yield {"data": None, "errors": [fault(service, SUBREQUEST_TOO_LARGE, too_large)]}
                    return
                case "closed":
                    lost = f"{service} closed the connection"
                    yield {"data": None, "errors": [fault(service, SUBREQUEST_HTTP_ERROR, lost)]}
                    return
                case _:
                    yield malformed(service, f"{service} sent what is no message of graphql-transport-ws")
                    return
    finally:
        await _leave(socket)


async def _leave(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Tell the service to stop, if it still listens. Never raises: the one who leaves is told nothing more."""
    if not socket.closed:
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(_LEAVE_WITHIN_S):
                await _send(socket, {"type": "complete", "id": _ID})


async def _connect(
    socket: aiohttp.ClientWebSocketResponse, service: str, timeout_s: float, credentials: Mapping[str, str] | None
) -> SubgraphAnswer | None:
    """Open the connection of the protocol; None when it stands, else the answer that says why not."""
    await _send(socket, {"type": "connection_init", **({"payload": credentials} if credentials else {})})
    try:
        async with asyncio.timeout(timeout_s):
            acknowledged = await _next(socket)
    except TimeoutError:
        return {"data": None, "errors": [fault(service, SUBREQUEST_TIMEOUT, f"{service} did not answer in time")]}
    if acknowledged.get("type") != "connection_ack":
        return malformed(service, f"{service} did not acknowledge the connection")
    return None


async def _send(socket: aiohttp.ClientWebSocketResponse, message: Mapping[str, Any]) -> None:
    await socket.send_str(orjson.dumps(message).decode())


async def _next(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next message that is not a ping. ``{"type": "closed"}`` or ``"too large"`` at the end, ``{}`` for what is
    no message.
    """
    while True:
        frame = await socket.receive()
        if frame.type is aiohttp.WSMsgType.BINARY:
            return {}
        if frame.type is aiohttp.WSMsgType.ERROR and socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
            return {"type": "too large"}
        if frame.type is not aiohttp.WSMsgType.TEXT:
            return {"type": "closed"}
        try:
            message = orjson.loads(frame.data)
        except orjson.JSONDecodeError:
            return {}
        if not isinstance(message, dict):
            return {}
        if message.get("type") == "ping":
            await _send(socket, {"type": "pong"})
        elif message.get("type") != "pong":
            return message
