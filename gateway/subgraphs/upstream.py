"""The client's side of graphql-transport-ws: one subscription on one socket to a remote subgraph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp
import orjson

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import checked, malformed
from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, SUBREQUEST_TIMEOUT, fault

_ID = "1"


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
                case "closed":
                    lost = f"{service} closed the connection"
                    yield {"data": None, "errors": [fault(service, SUBREQUEST_HTTP_ERROR, lost)]}
                    return
                case _:
                    yield malformed(service, f"{service} sent what is no message of graphql-transport-ws")
                    return
    finally:
        if not socket.closed:
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
    """The next message that is not a ping; ``{"type": "closed"}`` at the end, ``{}`` for what is no message."""
    while True:
        frame = await socket.receive()
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
