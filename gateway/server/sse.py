"""Event streams: graphql-sse in its distinct connections mode, over Strawberry's transport."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from strawberry.http import GraphQLHTTPResponse
from strawberry.http.streaming import JSONEncoder, SSETransport

from gateway.request import GraphQLResponse
from gateway.server.payloads import encode


class LineFeedTransport(SSETransport):
    """Strawberry's, with LF for its CRLF (urql's client splits at LF LF) and ``id:`` where a response has one.

    The id is ``extensions.eventId``: a browser's EventSource sends it back as ``Last-Event-ID`` when it reconnects, and
    a subscription that does not say ``after`` itself goes on from there.
    """

    def encode_next(self, response: GraphQLHTTPResponse, encode_json: JSONEncoder) -> str:
        event = self.encode_event("next", encode_json(response))
        event_id = (response.get("extensions") or {}).get("eventId")
        return f"id: {event_id}\n{event}" if isinstance(event_id, int) or _is_token(event_id) else event

    def encode_event(self, event: str, data: str | None = None) -> str:
        return super().encode_event(event, data).replace("\r\n", "\n")

    def encode_comment(self, comment: str) -> str:
        return super().encode_comment(comment).replace("\r\n", "\n")


def _is_token(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


async def event_stream(
    responses: AsyncIterator[GraphQLResponse], closing: asyncio.Event, keep_alive_s: float
) -> AsyncIterator[str]:
    """The text of the stream: an event per response, ``complete`` at the end, a comment after every idle while.

    Ends without ``complete`` when ``closing`` is set, upon which a client connects again.
    """
    transport = LineFeedTransport(keep_alive_s)
    closed = asyncio.ensure_future(closing.wait())
    coming = asyncio.ensure_future(anext(responses))
    awaited: set[asyncio.Future[Any]]
    try:
        while True:
            awaited = {coming, closed}
            await asyncio.wait(awaited, timeout=keep_alive_s, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                response = coming.result()
                yield transport.encode_next(_http_map(response), _encode)
                coming = asyncio.ensure_future(anext(responses))
            elif closed.done():
                return
            else:
                yield transport.heartbeat_message(_encode)
    except StopAsyncIteration:
        yield transport.encode_complete()
    finally:
        closed.cancel()
        coming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await coming
        if (close := getattr(responses, "aclose", None)) is not None:
            await close()


def one_event(response: GraphQLResponse) -> str:
    """The whole stream of an operation that has one response."""
    transport = LineFeedTransport()
    return transport.encode_next(_http_map(response), _encode) + transport.encode_complete()


def _encode(data: object) -> str:
    return encode(data).decode()


def _http_map(response: GraphQLResponse) -> Any:
    return response.as_map()
