"""The client's side of GraphQL over Server-Sent Events, distinct connections: one subscription is one response."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import aiohttp
import orjson

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import checked, decoded, malformed
from gateway.subgraphs.client import read_whole
from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, SUBREQUEST_TIMEOUT, SUBREQUEST_TOO_LARGE, fault
from gateway.subgraphs.transport import HttpAnswer, TransportError

EVENT_STREAM: Final = "text/event-stream"
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventTooLargeError(Exception):
    """An event has more bytes than are read."""


async def event_answers(
    response: aiohttp.ClientResponse, service: str, scope: RequestScope, size_max: int, timeout_s: float
) -> AsyncGenerator[SubgraphAnswer, None]:
    """One answer per ``next``, until ``complete``. What goes wrong is the last answer.

    A service that refuses answers as to any request, which is then the one answer. ``size_max``: bytes of an event.
    ``timeout_s``: for the answer of one that refuses to come whole.

    Raises:
        TransportError: the answer of one that refuses is too large, or late.
    """
    if response.status != 200 or response.content_type.lower() != EVENT_STREAM:
        yield decoded(await _refusal(response, size_max, timeout_s), service, scope)
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


async def _refusal(response: aiohttp.ClientResponse, size_max: int, timeout_s: float) -> HttpAnswer:
    try:
        async with asyncio.timeout(timeout_s):
            body = await read_whole(response, size_max)
    except TimeoutError:
        raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time") from None
    return HttpAnswer(response.status, response.content_type.lower(), body, response.headers)


async def parse_events(chunks: AsyncIterator[bytes], size_max: int) -> AsyncIterator[tuple[str, bytes]]:
    """Events as (kind, data), by the HTML standard's rules; ids, retry times and comments are passed over.

    Raises:
        EventTooLargeError: a line, or an event's data, has more than ``size_max`` bytes.
    """
    kind, data, size = "message", list[bytes](), 0
    is_first = True
    async for line in _lines(chunks, size_max):
        if is_first:
            line, is_first = line.removeprefix(_BYTE_ORDER_MARK), False
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
            # An empty line is kept, too, and costs more than it holds.
            size += len(value) + 1
            if size > size_max:
                raise EventTooLargeError
            data.append(value)
        elif name == b"event":
            kind = value.decode(errors="replace")


async def _lines(chunks: AsyncIterator[bytes], size_max: int) -> AsyncIterator[bytes]:
    """Lines without their ends, which are LF, CRLF or CR. Each byte is looked at once, however they are cut."""
    held = bytearray()
    after_cr = False
    async for chunk in chunks:
        # A CR has ended its line already; the LF after it, of a CRLF that was cut, ends no other.
        text = chunk[1:] if after_cr and chunk.startswith(b"\n") else chunk
        after_cr = chunk.endswith(b"\r")
        *lines, rest = _LINE_END.split(text)
        for line in lines:
            yield bytes(held) + line
            held.clear()
        held += rest
        if len(held) > size_max:
            raise EventTooLargeError
