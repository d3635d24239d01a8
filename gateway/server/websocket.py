"""GraphQL over WebSocket: Strawberry's ASGI view over the engine, the legacy protocol off, the sockets counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.base import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET

from gateway.server.identification import address_of, headers_of
from gateway.server.payloads import encode
from gateway.server.refusals import HTTPRefusal, refusal_response
from gateway.server.schema import GatewaySchema
from gateway.server.served import Engine, Served
from gateway.server.settings import ServerSettings
from gateway.server.socket_context import SocketContext
from gateway.server.streams import OpenStreams
from gateway.server.transport_ws import TransportWSHandler
from identity.jwks import KeysUnavailable
from identity.tokens import InvalidToken


class GatewayWebSocketAdapter(ASGIWebSocketAdapter):
    """Sends text that is JSON already; a socket that is closed on this side takes nothing more."""

    async def send_text(self, text: str) -> None:
        """Raises: WebSocketDisconnected: either side has closed."""
        if self.ws.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send({"type": "websocket.send", "text": text})
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    async def send_json(self, message: Mapping[str, object]) -> None:
        await self.send_text(encode(message).decode())

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is not WebSocketState.CONNECTED:
            return
        try:
            # A close frame holds 123 bytes of reason.
            await super().close(code, reason.encode()[:123].decode(errors="ignore"))
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error


class GatewayWebSocket(GraphQL[SocketContext, None]):
    """An ASGI application for the sockets of one path.

    Close codes besides the protocol's own: 4403 for a refused or ended token, 4430 for a reader that lags behind (see
    ``gateway.server.websocket_protocol``), 1012 when the process ends.
    """

    websocket_adapter_class = GatewayWebSocketAdapter
    graphql_transport_ws_handler_class = TransportWSHandler

    def __init__(
        self, served: Served, engine: Callable[[], Engine], settings: ServerSettings, streams: OpenStreams
    ) -> None:
        super().__init__(
            cast(BaseSchema, GatewaySchema(engine)),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=settings.connection_init_timeout_s),
            max_subscriptions_per_connection=settings.operations_per_socket,
            allowed_origins=settings.allowed_origins,
        )
        self._served = served
        self._settings = settings
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        try:
            with self._streams.held(address_of(scope)) as scope["gateway.slot"]:
                await self.run(socket)
        except HTTPRefusal as refusal:
            await socket.send_denial_response(refusal_response(refusal))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> SocketContext:
        headers = headers_of(request.scope)
        settings = self._settings
        slot = request.scope["gateway.slot"]
        return SocketContext(self._served, headers, settings.request_timeout_s, slot, settings.cookies())

    async def on_ws_connect(self, context: SocketContext) -> Any:
        try:
            await context.authenticate()
        except (InvalidToken, KeysUnavailable) as error:
            raise ConnectionRejectionError from error
        return UNSET

    def decode_json(self, data: str | bytes) -> Any:
        """Raises: json.JSONDecodeError: also for what is nested too deep, where the standard library recurses."""
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, "", 0) from None
