"""The client's side of GraphQL over Server-Sent Events, distinct connections: one subscription is one response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import aiohttp
import orjson

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import checked, decoded, malformed
from gateway.subgraphs.client import read_whole
from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, SUBREQUEST_TOO_LARGE, fault
from gateway.subgraphs.transport import HttpAnswer

EVENT_STREAM: Final = "text/event-stream"


class EventTooLargeError(Exception):
    """An event has more bytes than are read."""


async def event_answers(
    response: aiohttp.ClientResponse, service: str, scope: RequestScope, size_max: int
) -> AsyncGenerator[SubgraphAnswer, None]:
    """One answer per ``next``, until ``complete``. What goes wrong is the last answer.

    A service that refuses answers as to any request, which is then the one answer. ``size_max``: bytes of an event.

    Raises:
        TransportError: the answer of one that refuses is too large.
    """
    if response.status != 200 or response.content_type.lower() != EVENT_STREAM:
        body = await read_whole(response, size_max)
        answer = HttpAnswer(response.status, response.content_type.lower(), body, response.headers)
        yield decoded(answer, service, scope)
        return
    try:
        async for kind, data in parse_events(response.content.iter_any(), size_max):
            if kind == "complete":
                return
            if kind != "next":
                continue  # The specification leaves room for kinds that are not known yet.
            try:
                payload = orjson.loads(data)
            except orjson.JSONDecodeError:
                yield malformed(service, f"{service} sent an event that is not JSON")
                return
            yield checked(payload, service, scope)
    except EventTooLargeError:
        too_large = fault(service, SUBREQUEST_TOO_LARGE, f"{service} sent an event of more than {size_max} bytes")
        yield {"data": None, "errors": [too_large]}
        return
    lost = fault(service, SUBREQUEST_HTTP_ERROR, f"{service} closed the connection")
    yield {"data": None, "errors": [lost]}


async def parse_events(chunks: AsyncIterator[bytes], size_max: int) -> AsyncIterator[tuple[str, bytes]]:
    """Events as (kind, data), by the HTML standard's rules; ids, retry times and comments are passed over.

    Raises:
        EventTooLargeError: a line, or an event's data, has more than ``size_max`` bytes.
    """
    kind, data, size = "message", list[bytes](), 0
    async for line in _lines(chunks, size_max):
        if not line:
            if data:
                yield kind, b"\n".join(data)
            elif kind == "complete":
                # graphql-sse sends it with empty data, which the standard's rules would drop.
                yield kind, b""
            kind, data, size = "message", [], 0
            continue
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            size += len(value)
            if size > size_max:
                raise EventTooLargeError
            data.append(value)
        elif name == b"event":
            kind = value.decode(errors="replace")


async def _lines(chunks: AsyncIterator[bytes], size_max: int) -> AsyncIterator[bytes]:
    """Lines without their ends, which are LF, CRLF or CR."""
    rest = b""
    async for chunk in chunks:
        # A CR at the end may be half of a CRLF: it waits for what comes.
        text = rest + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        *lines, rest = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest += held
        for line in lines:
            yield line
        if len(rest) > size_max:
            raise EventTooLargeError
