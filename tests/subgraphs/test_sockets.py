"""Subscriptions of a service that does not keep to the protocol: the last answer says so, and nobody waits for it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

import pytest
from aiohttp import web

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from tests.execution.hand import fetch
from tests.execution.servers import http_server, raw_server
from tests.subgraphs.upstreams import Service, codes, remote

TICKS = fetch("subscription { ticks }", subgraph="far", kind="subscription")


async def _events(url: str, **settings: Any) -> list[SubgraphAnswer]:
    far = HttpSubgraph("far", url, settings=RemoteSettings(**settings))
    try:
        async with asyncio.timeout(10):
            return [answer async for answer in far.subscribe(TICKS, {}, RequestScope())]
    finally:
        await far.close()


@pytest.mark.parametrize("by", ["ws", "sse"])
@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 500 No\r\ncontent-type: text/html\r\ncontent-length: 100\r\n\r\n<"],
    ids=["nothing", "half"],
)
async def test_a_subscription_does_not_wait_for_ever_for_its_service_to_answer(by: str, said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()

    async with raw_server(talk) as url:
        [answer] = await _events(url, timeout_s=0.2, subscriptions=by)
    # A socket that is refused needs no body to be one.
    assert codes(answer) == ["SUBREQUEST_HTTP_ERROR" if said and by == "ws" else "SUBREQUEST_TIMEOUT"]


Say = Any


def _socket(say: Say) -> Service:
    """A service that acknowledges, sends one event and then does as ``say``."""

    async def reply(request: web.Request, _body: Any) -> web.StreamResponse:
        talk = web.WebSocketResponse(protocols=("graphql-transport-ws",))
        await talk.prepare(request)
        await talk.receive_json()
        await talk.send_json({"type": "connection_ack"})
        await talk.receive_json()
        await talk.send_json({"type": "next", "id": "1", "payload": {"data": {"ticks": 0}}})
        await say(talk, request)
        return talk

    return Service(reply)


async def _too_much(talk: web.WebSocketResponse, _request: web.Request) -> None:
    await talk.send_str("x" * 5000)
    await talk.receive()


async def _binary(talk: web.WebSocketResponse, _request: web.Request) -> None:
    await talk.send_bytes(b'{"type": "complete", "id": "1"}')
    await talk.receive()


async def _close(talk: web.WebSocketResponse, _request: web.Request) -> None:
    await talk.close(code=4400, message=b"db at 10.0.0.7")


@pytest.mark.parametrize(
    ("say", "code"),
    [
        (_too_much, "SUBREQUEST_TOO_LARGE"),
        (_binary, "SUBREQUEST_MALFORMED_RESPONSE"),
        (_close, "SUBREQUEST_HTTP_ERROR"),
    ],
)
async def test_what_ends_a_socket_has_a_code_of_its_own(say: Say, code: str) -> None:
    async with http_server(_socket(say).handle) as url:
        first, last = await _events(url, size_max_bytes=1000)
    assert first == {"data": {"ticks": 0}}
    assert codes(last) == [code]
    assert "10.0.0.7" not in str(last)


async def _stop_listening(_talk: web.WebSocketResponse, request: web.Request) -> None:
    assert request.transport is not None
    cast("asyncio.Transport", request.transport).pause_reading()
    await asyncio.sleep(30)


async def _vanish(_talk: web.WebSocketResponse, request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


@pytest.mark.parametrize("say", [_stop_listening, _vanish])
async def test_a_client_leaves_without_waiting_for_a_service_that_does_not_listen(say: Say) -> None:
    loop = asyncio.get_running_loop()
    async with remote(_socket(say)) as far:
        async with aclosing(cast("Any", far.subscribe(TICKS, {}, RequestScope()))) as stream:
            assert await anext(stream) == {"data": {"ticks": 0}}
            await asyncio.sleep(0.1)
            began = loop.time()
        assert loop.time() - began < 6  # aiohttp would wait ten seconds for the other's last word.
