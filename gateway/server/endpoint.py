"""GraphQL over HTTP: POST, GET and event streams, straight on ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.execution.deferral import Deferral
from gateway.execution.errors import RequestError
from gateway.guard.limits import CODES
from gateway.planner.plan import OperationKind
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.server.body import ClientGone, read_body, request_of_body, request_of_url
from gateway.server.identification import address_of, at_expiry, headers_of, identify, new_scope, valid_id
from gateway.server.media import Media, check_sent, negotiate
from gateway.server.multipart import PartsSender, format_of
from gateway.server.payloads import encode_response
from gateway.server.refusals import HTTPRefusal, send_json, send_refusal
from gateway.server.schema import GatewaySchema
from gateway.server.served import Engine, PartsEngine, Served
from gateway.server.settings import ServerSettings
from gateway.server.sse import LineFeedTransport, event_stream, one_event
from gateway.server.streams import OpenStreams
from gateway.server.watch import RequestWatch

log = structlog.get_logger("gateway.server")

_ALLOW: Final = {"Allow": "GET, POST"}
_ALLOW_POST: Final = {"Allow": "POST"}


class GraphQLEndpoint:
    """An ASGI application for one path.

    ``engine``: called for every request. Mutations come by POST alone, so a link or a form of a foreign page changes
    nothing; and a POST is JSON, which a foreign page cannot send without asking first.
    """

    def __init__(
        self, served: Served, engine: Callable[[], Engine], settings: ServerSettings, streams: OpenStreams
    ) -> None:
        self._served = served
        self._engine = engine
        self._settings = settings
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        name: str = scope.get("request_id") or valid_id(headers.get("x-request-id"))
        accept = headers.get("accept", "")
        media, form = negotiate(accept), format_of(accept)
        parts = PartsSender(send, form) if form is not None and media is not Media.EVENTS else None
        try:
            if media is None and parts is None:
                text = "Accept application/json, application/graphql-response+json, text/event-stream, multipart/mixed."
                raise HTTPRefusal(406, "NOT_ACCEPTABLE", text)
            async with RequestWatch(receive, self._settings) as watch:
                request = await self._read(scope, headers, receive)
                watch.read()
                actor = await identify(self._served, headers, self._settings.cookies())
                operation = new_scope(actor, name, headers, self._settings.request_timeout_s)
                response = await self._run(request, operation, scope["method"], media, in_parts=parts is not None)
                if parts is not None and isinstance(response, Deferral):
                    await parts.all(response, operation.answer_headers)
                    return
            if not isinstance(response, GraphQLResponse):
                await self._stream(request, operation, scope, receive, send)
            elif media is None and parts is not None and response.executed:
                await parts.one(response, operation.answer_headers)
            else:
                await _send_response(send, response, media or Media.JSON, operation.answer_headers)
        except HTTPRefusal as refusal:
            if parts is None or not parts.has_begun:
                await send_refusal(send, refusal, _refusal_type(media))
        except ClientGone:
            return
        except Exception as error:
            log.exception("request failed", request_id=name, error=type(error).__name__)
            if parts is None or not parts.has_begun:
                internal = HTTPRefusal(500, "INTERNAL_SERVER_ERROR", "Internal error", id=name)
                await send_refusal(send, internal, _refusal_type(media))

    async def _read(self, scope: Scope, headers: dict[str, str], receive: Receive) -> GraphQLRequest:
        if scope["method"] == "POST":
            check_sent(headers)
            return request_of_body(await read_body(headers, receive, self._settings))
        if scope["method"] != "GET":
            raise HTTPRefusal(405, "METHOD_NOT_ALLOWED", "Ask by GET or POST.", _ALLOW)
        return request_of_url(scope["query_string"], self._settings)

    async def _run(
        self, request: GraphQLRequest, operation: RequestScope, method: str, media: Media | None, *, in_parts: bool
    ) -> GraphQLResponse | Deferral | None:
        """The response, or None where a stream is to bring it."""
        engine = self._engine()
        execute = engine.execute_in_parts if in_parts and isinstance(engine, PartsEngine) else engine.execute
        if method == "POST" and media is not Media.EVENTS:
            # The way of nearly every request: the operation is looked up once.
            response = await execute(request, operation)
            if isinstance(response, Deferral) or response.executed:
                return response
            if _kind(engine, request) == "subscription":
                raise _needs_stream()
            return response
        try:
            kind = engine.prepare(request).kind
        except RequestError as error:
            return error.response()
        if method == "GET":
            self._check_get(kind)
        if media is Media.EVENTS:
            return None
        if kind == "subscription":
            raise _needs_stream()
        return await execute(request, operation)

    def _check_get(self, kind: OperationKind) -> None:
        if kind == "mutation":
            raise HTTPRefusal(405, "MUTATION_BY_GET", "A mutation comes by POST.", _ALLOW_POST)
        if kind == "query" and not self._settings.get_queries:
            raise HTTPRefusal(405, "QUERY_BY_GET", "This server takes queries by POST.", _ALLOW_POST)

    async def _stream(
        self, request: GraphQLRequest, operation: RequestScope, scope: Scope, receive: Receive, send: Send
    ) -> None:
        closing = asyncio.Event()
        with self._streams.held(address_of(scope)) as slot:
            slot.close = slot.end = closing.set
            slot.session = operation.actor.session
            expiry = at_expiry(operation.actor, closing.set)
            # A browser's EventSource sends it when it comes back, and cannot change its URL.
            operation.resume_after = operation.headers.get("last-event-id") or None
            responses = GatewaySchema(self._engine).stream(request, operation)
            text = event_stream(responses, closing, self._settings.keep_alive_s)
            headers = {**LineFeedTransport.headers, "Content-Type": Media.EVENTS.value.decode()}
            try:
                await StreamingResponse(text, headers=headers)(scope, receive, send)
            finally:
                if expiry is not None:
                    expiry.cancel()


async def _send_response(
    send: Send, response: GraphQLResponse, media: Media, headers: Mapping[str, str] | None = None
) -> None:
    status = _status(response, media)
    body = encode_response(response)
    if media is Media.EVENTS:
        if status != 200:
            media = Media.JSON
        else:
            # An EventSource sees nothing of a refused request but events.
            body = one_event(response).encode()
    await send_json(send, status, body, media.value, headers)


def _needs_stream() -> HTTPRefusal:
    text = "A subscription is answered over a WebSocket, or as text/event-stream when you accept that."
    return HTTPRefusal(406, "SUBSCRIPTION_NEEDS_STREAM", text)


def _kind(engine: Engine, request: GraphQLRequest) -> OperationKind | None:
    try:
        return engine.prepare(request).kind
    except RequestError:
        return None


def _refusal_type(media: Media | None) -> bytes:
    if media is Media.RESPONSE_JSON:
        return b"application/graphql-response+json; charset=utf-8"
    return b"application/json; charset=utf-8"


def _status(response: GraphQLResponse, media: Media) -> int:
    """By the GraphQL over HTTP specification; what the guard refuses is 400 for every client."""
    if response.executed:
        return 200
    if media is Media.RESPONSE_JSON:
        return 400
    codes = {error.get("extensions", {}).get("code") for error in response.errors}
    return 400 if codes & CODES else 200
