"""Subscriptions of a service over Server-Sent Events: the same answers as over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest
from aiohttp import web

from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.upstream_sse import EventTooLargeError, parse_events
from identity.actor import Actor
from tests.execution.hand import fetch
from tests.subgraphs.upstreams import Reply, Service, codes, engine, remote, status

TICKS = fetch("subscription ($to: Int) { ticks(to: $to) }", subgraph="far", kind="subscription", variables=("to",))


def saying(*chunks: str, wait_s: float = 0.0) -> Reply:
    async def reply(request: web.Request, _body: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk.encode())
            await asyncio.sleep(wait_s)
        return response

    return reply


def event(n: int) -> str:
    return f'event: next\ndata: {{"data": {{"ticks": {n}}}}}\n\n'


async def answers(service: Service, **settings: Any) -> list[SubgraphAnswer]:
    async with remote(service, subscriptions="sse", **settings) as far:
        return [answer async for answer in far.subscribe(TICKS, {"to": 2}, RequestScope())]


async def test_events_come_until_the_stream_is_complete() -> None:
    service = Service(saying(":\n\n", event(0), event(1), "event: complete\ndata:\n\n", event(2)))
    assert await answers(service) == [{"data": {"ticks": 0}}, {"data": {"ticks": 1}}]
    [asked] = service.asked
    assert asked.body == {"query": TICKS.text, "variables": {"to": 2}}
    assert asked.headers["accept"] == "text/event-stream"


@pytest.mark.parametrize(
    ("reply", "before", "code"),
    [
        (saying(event(0)), 1, "SUBREQUEST_HTTP_ERROR"),
        (saying(event(0), "event: next\ndata: {\n\n", event(1)), 1, "SUBREQUEST_MALFORMED_RESPONSE"),
        (saying(event(0), "event: next\ndata: [1]\n\nevent: complete\n\n"), 1, "SUBREQUEST_MALFORMED_RESPONSE"),
        (saying(event(0), "event: next\ndata: " + "x" * 5000 + "\n\n"), 1, "SUBREQUEST_TOO_LARGE"),
        (status(503), 0, "SUBREQUEST_HTTP_ERROR"),
        (status(302), 0, "SUBREQUEST_HTTP_ERROR"),
        (status(200), 0, "SUBREQUEST_MALFORMED_RESPONSE"),
    ],
    ids=["lost", "not JSON", "no response", "too large", "503", "redirect", "no event stream"],
)
async def test_a_stream_that_fails_is_a_last_answer_with_an_error(reply: Reply, before: int, code: str) -> None:
    found = await answers(Service(reply), size_max_bytes=1000)
    assert [codes(answer) for answer in found] == [*[[]] * before, [code]]


async def test_a_service_that_never_answers_is_given_up() -> None:
    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    assert [codes(answer) for answer in await answers(Service(reply), timeout_s=0.1)] == [["SUBREQUEST_TIMEOUT"]]


async def test_an_open_circuit_refuses_subscriptions_too() -> None:
    service = Service(status(503))
    async with remote(service, subscriptions="sse", retries=0, circuit_failures=1) as far:
        await far.fetch(fetch("{ far }", subgraph="far"), {}, RequestScope())
        found = [answer async for answer in far.subscribe(TICKS, {}, RequestScope())]
    assert [codes(answer) for answer in found] == [["SUBGRAPH_CIRCUIT_OPEN"]]
    assert len(service.asked) == 1


async def test_leaving_closes_the_stream_at_the_service() -> None:
    left = asyncio.Event()

    async def reply(request: web.Request, _body: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            for n in range(1000):
                await response.write(event(n).encode())
                await asyncio.sleep(0.01)
        except ConnectionError:
            left.set()
        return response

    async with remote(Service(reply), subscriptions="sse") as far:
        async with aclosing(cast("Any", far.subscribe(TICKS, {}, RequestScope()))) as stream:
            async for answer in stream:
                assert answer == {"data": {"ticks": 0}}
                break
        async with asyncio.timeout(5):
            await left.wait()


@pytest.mark.parametrize("by", ["sse", "ws"])
async def test_a_client_subscribes_through_the_engine_whatever_the_service_speaks(by: str) -> None:
    async def socket(request: web.Request, _body: Any) -> web.StreamResponse:
        talk = web.WebSocketResponse(protocols=("graphql-transport-ws",))
        await talk.prepare(request)
        began = await talk.receive_json()
        assert began == {"type": "connection_init", "payload": {"authorization": "for lan"}}
        await talk.send_json({"type": "connection_ack"})
        await talk.receive_json()
        for n in range(2):
            await talk.send_json({"type": "next", "id": "1", "payload": {"data": {"ticks": n}}})
        await talk.send_json({"type": "complete", "id": "1"})
        return talk

    service = Service(socket if by == "ws" else saying(event(0), event(1), "event: complete\ndata:\n\n"))
    lan = RequestScope(actor=Actor(id="lan"))
    async with engine(service, lambda actor: {"authorization": f"for {actor.id}"}, subscriptions=by) as over:
        stream = await over.subscribe(GraphQLRequest("subscription { ticks }"), lan)
        assert not isinstance(stream, GraphQLResponse)
        found = [response.as_map() async for response in stream]
    assert found == [{"data": {"ticks": 0}}, {"data": {"ticks": 1}}]
    assert [asked.headers["authorization"] for asked in service.asked] == ["for lan"]


async def test_a_socket_that_is_redirected_is_not_followed() -> None:
    elsewhere: list[str] = []

    async def reply(request: web.Request, _body: Any) -> web.StreamResponse:
        elsewhere.append(request.path)
        raise web.HTTPTemporaryRedirect("/graphql?elsewhere")

    async with remote(Service(reply)) as far:
        found = [answer async for answer in far.subscribe(TICKS, {}, RequestScope())]
    assert [codes(answer) for answer in found] == [["SUBREQUEST_HTTP_ERROR"]]
    assert elsewhere == ["/graphql"]


TEXT = 'id: 7\nevent: next\ndata: {"a":\ndata: 1}\nretry: 5\n\n: ping\n\ndata\n\nevent: complete\n\n'
EVENTS = [("next", b'{"a":\n1}'), ("message", b""), ("complete", b"")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_events_are_read_however_they_are_cut_and_their_lines_end(end: str, size: int) -> None:
    # A closing line: a CR at the very end may be half of a CRLF and waits.
    text = (TEXT.replace("\n", end) + ":\n").encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(text), size):
            yield text[start : start + size]

    assert [each async for each in parse_events(chunks(), 100)] == EVENTS


async def test_an_endless_line_is_cut_off() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 64

    with pytest.raises(EventTooLargeError):
        async for _ in parse_events(chunks(), 1000):
            pass


async def test_an_event_whose_lines_end_in_cr_does_not_wait_for_the_next() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"event: next\rdata: 1\r\r"
        raise AssertionError("read on before the event was out")

    assert await anext(parse_events(chunks(), 100)) == ("next", b"1")


async def test_empty_lines_of_data_count_too() -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 1000:
            read += 1
            yield b"data\n" * 100

    with pytest.raises(EventTooLargeError):
        async for _ in parse_events(chunks(), 1000):
            pass
    assert read == 11


async def test_a_large_event_that_comes_in_crumbs_is_read_in_time() -> None:
    """Each byte once: twenty megabytes in crumbs of a hundred bytes took minutes when each crumb was joined to all."""
    data = b"x" * 20_000_000

    async def chunks() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbfevent: next\ndata: "
        for start in range(0, len(data), 100):
            yield data[start : start + 100]
        yield b"\n\n"

    async with asyncio.timeout(30):
        assert [each async for each in parse_events(chunks(), 30_000_000)] == [("next", data)]
