"""graphql-transport-ws: Strawberry's handler, with what it lets through closed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

import structlog
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from gateway.request import GraphQLRequest, RequestScope
from gateway.server.identification import at_expiry
from gateway.server.payloads import Payloads, encode
from gateway.server.schema import GatewaySchema
from gateway.server.socket_context import SocketContext
from identity.jwks import KeysUnavailable
from identity.tokens import InvalidToken

if TYPE_CHECKING:
    from gateway.server.websocket import GatewayWebSocketAdapter

log = structlog.get_logger("gateway.server")

_RENEWING = frozenset(("authorization", "token"))


class TransportWSHandler(BaseGraphQLTransportWSHandler[SocketContext, None]):
    """One socket.

    Other than Strawberry's: messages of a wrong shape close with 4400 instead of raising, a syntax error ends its
    operation and not the socket, each operation has a scope of its own and its ``extensions``, the socket is closed
    (4403) when the session ends, or the token unless a ping brings a newer one, and a response goes out as it came from
    the engine.
    """

    payloads = Payloads()
    _expiry: asyncio.TimerHandle | None = None
    _closing: asyncio.Task[None] | None = None

    def close_soon(self, code: int, reason: str) -> None:
        """Close from outside the handler's own task."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnected):
            await self.websocket.close(code=code, reason=reason)

    async def handle(self) -> None:
        self.context.slot.close = lambda: self.close_soon(1012, "Service Restart")
        await super().handle()

    async def shutdown(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        await super().shutdown()

    async def handle_message(self, message: Any) -> None:
        if (fault := _fault(message)) is not None:
            await self.handle_invalid_message(fault)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        if message.get("payload") is None:
            # The protocol allows null for "no payload"; Strawberry's handler does not.
            message = {"type": "connection_init"}
        await super().handle_connection_init(message)
        if self.connection_acknowledged:
            self.context.slot.end = lambda: self.close_soon(4403, "SESSION_ENDED")
            self._expire()

    def _expire(self) -> None:
        """Close when the token of now ends."""
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = at_expiry(self.context.actor, lambda: self.close_soon(4403, "TOKEN_EXPIRED"))

    async def handle_ping(self, message: Any) -> None:
        """A ping whose payload has a newer token lets the socket go on past the end of the old one."""
        payload = message.get("payload")
        if not (self.connection_acknowledged and isinstance(payload, dict) and _RENEWING & {*map(str.lower, payload)}):
            await super().handle_ping(message)
            return
        try:
            await self.context.renew(payload)
        except (InvalidToken, KeysUnavailable) as error:
            await self.websocket.close(code=4403, reason=getattr(error, "code", "KEYS_UNAVAILABLE"))
            return
        self._expire()
        expires_at = self.context.actor.expires_at
        await self.websocket.send_json({"type": "pong", "payload": {"expiresAt": expires_at}})

    async def handle_subscribe(self, message: Any) -> None:
        operation_id: str = message["id"]
        if not self.connection_acknowledged:
            await self.websocket.close(code=4401, reason="Unauthorized")
        elif operation_id in self.operations:
            await self.websocket.close(code=4409, reason=f"Subscriber for {operation_id[:64]} already exists")
        elif len(self.operations) >= (self.max_subscriptions_per_connection or 0):
            text = f"A socket runs at most {self.max_subscriptions_per_connection} operations at once."
            await self._send("error", operation_id, encode([_error(text, "OPERATION_LIMIT")]).decode())
        else:
            operation = ExtendedOperation(self, operation_id, message["payload"])
            operation.task = asyncio.create_task(self.run_operation(operation))
            operation.task.add_done_callback(self._task_done)
            self.operations[operation_id] = operation

    async def run_operation(self, operation: Operation[SocketContext, None]) -> None:
        scope = self.context.operation_scope()
        try:
            await self._respond(operation, scope)
        except WebSocketDisconnected:
            return
        except Exception as error:
            log.exception("operation failed", request_id=scope.request_id, error=type(error).__name__)
            internal = _error("Internal error", "INTERNAL_SERVER_ERROR", id=scope.request_id)
            with suppress(WebSocketDisconnected):
                await self._end(operation, [internal])

    async def _respond(self, operation: Operation[SocketContext, None], scope: RequestScope) -> None:
        request = GraphQLRequest(
            operation.query,
            operation.operation_name,
            operation.variables or {},
            getattr(operation, "extensions", {}),
        )
        schema = cast("GatewaySchema", self.schema)
        async with aclosing(schema.stream(request, scope)) as responses:
            async for response in responses:
                if not response.executed:
                    await self._end(operation, response.errors)
                    return
                await self._send("next", operation.id, self.payloads.text(response))
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def _end(self, operation: Operation[SocketContext, None], errors: list[dict[str, Any]]) -> None:
        """End the operation by an ``error`` message, after which its id is free and no ``complete`` follows."""
        if not operation.completed:
            operation.completed = True
            self.operations.pop(operation.id, None)
            await self._send("error", operation.id, encode(errors).decode())

    async def _send(self, kind: str, operation_id: str, payload: str) -> None:
        """Send a message whose payload is JSON text already."""
        text = f'{{"id":{encode(operation_id).decode()},"type":"{kind}","payload":{payload}}}'
        await cast("GatewayWebSocketAdapter", self.websocket).send_text(text)


class ExtendedOperation(Operation[SocketContext, None]):
    """An operation that keeps the ``extensions`` of its request, which Strawberry's drops."""

    __slots__ = ("extensions",)

    def __init__(self, handler: TransportWSHandler, operation_id: str, payload: dict[str, Any]) -> None:
        super().__init__(
            handler, operation_id, payload["query"], payload.get("variables"), payload.get("operationName")
        )
        self.extensions: dict[str, Any] = payload.get("extensions") or {}


def _error(message: str, code: str, **extensions: Any) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, **extensions}}


def _fault(message: object) -> str | None:
    """What is wrong with the shape of a client's message, or None. Strawberry's handler indexes without looking."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type"
    kind = message["type"]
    if kind in ("subscribe", "complete") and not (isinstance(message.get("id"), str) and message["id"]):
        return f"{kind} has an id"
    if kind == "subscribe":
        return _payload_fault(message.get("payload"))
    return None


def _payload_fault(payload: object) -> str | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "The payload of subscribe is an object with a query"
    if not isinstance(payload.get("operationName"), (str, type(None))):
        return "operationName is a string or null"
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), (dict, type(None))):
            return f"{name} is an object or null"
    return None
