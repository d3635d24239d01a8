"""graphql-sse, distinct connections mode, against a real server."""

from __future__ import annotations

import http.client
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from gateway.request import GraphQLResponse
from gateway.server.sse import event_stream
from tests.server.node import run_client
from tests.server.notes import committed, ongoing
from tests.server.running import Running, running, wait_until


@contextmanager
def stream(server: Running, query: str, method: str = "POST", **headers: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {"Accept": "text/event-stream", "Content-Type": "application/json", **headers}
    if method == "POST":
        connection.request("POST", "/graphql", json.dumps({"query": query}), sent)
    else:
        connection.request("GET", f"/graphql?query={quote(query)}", headers=sent)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_each_event_is_next_and_the_end_is_complete(server: Running, method: str) -> None:
    with stream(server, "subscription { count(to: 2) }", method) as response:
        assert response.status == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert response.read() == (
            b'event: next\ndata: {"data":{"count":0}}\n\n'
            b'event: next\ndata: {"data":{"count":1}}\n\n'
            b"event: complete\ndata: \n\n"
        )


def test_a_query_is_one_event(server: Running) -> None:
    with stream(server, "{ hello }") as response:
        assert response.read().decode() == (
            'event: next\ndata: {"data":{"hello":"Xin chào"}}\n\nevent: complete\ndata: \n\n'
        )


def test_a_mutation_streams_by_post_alone(server: Running) -> None:
    with stream(server, 'mutation { add(text: "a") }', "GET") as response:
        assert (response.status, committed) == (405, [])
    with stream(server, 'mutation { add(text: "a") }') as response:
        assert b'{"add":"a"}' in response.read()
    assert committed == ["a"]


def test_an_invalid_request_is_an_event_and_what_the_guard_refuses_is_400(server: Running) -> None:
    with stream(server, "{ goodbye }") as response:
        text = response.read().decode()
        assert response.status == 200
    assert text.startswith('event: next\ndata: {"errors":[{"message":"Cannot query field')
    assert text.endswith("event: complete\ndata: \n\n")
    with stream(server, "{ notes(first: 1000) { id } }") as response:
        assert response.status == 400
        assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_an_idle_stream_is_kept_alive_by_comments() -> None:
    with (
        running(keep_alive_s=0.1) as server,
        stream(server, "subscription { count(to: 2, everyS: 0.35) }") as response,
    ):
        lines = response.read().decode().split("\n\n")
    assert lines[0] == 'event: next\ndata: {"data":{"count":0}}'
    assert lines[1:4] == [": ping", ": ping", ": ping"]
    assert lines[4] == 'event: next\ndata: {"data":{"count":1}}'


@pytest.mark.parametrize(
    ("event_id", "line"), [(42, "id: 42\n"), ("a-7", "id: a-7\n"), ("a\nb", ""), (None, ""), ({"a": 1}, "")]
)
async def test_the_events_id_is_the_streams_where_it_is_a_plain_one(event_id: Any, line: str) -> None:
    import asyncio

    async def responses() -> AsyncIterator[GraphQLResponse]:
        yield GraphQLResponse(data={}, extensions={"eventId": event_id})

    text = [part async for part in event_stream(responses(), asyncio.Event(), 10)]
    extensions = json.dumps({"eventId": event_id}, separators=(",", ":"))
    assert text == [
        f'{line}event: next\ndata: {{"data":{{}},"extensions":{extensions}}}\n\n',
        "event: complete\ndata: \n\n",
    ]


def test_a_reader_that_leaves_ends_the_source_within_a_second(server: Running) -> None:
    with stream(server, "subscription { count(to: 1000, everyS: 5) }") as response:
        assert response.read1() != b""
        assert ongoing == {"count"}
    assert wait_until(lambda: not ongoing, 1) < 1
    wait_until(lambda: len(server.app.state.streams) == 0, 1)


def test_streams_count_towards_the_limit_of_an_address() -> None:
    with running(sockets_per_address=1) as server, stream(server, "subscription { count(to: 2, everyS: 9) }") as one:
        assert one.status == 200
        with stream(server, "subscription { count(to: 2, everyS: 9) }") as two:
            assert two.status == 429
            assert json.loads(two.read())["errors"][0]["extensions"]["code"] == "STREAM_LIMIT_ADDRESS"


def test_graphql_sse_of_npm_is_served(server: Running) -> None:
    seen = run_client("sse.cjs", "graphql-sse", server.url, "subscription { count(to: 3) }")
    assert seen == {"next": [{"data": {"count": n}} for n in range(3)], "error": None, "complete": True}
    assert run_client("sse.cjs", "graphql-sse", server.url, "{ whoami }", "lan")["next"] == [
        {"data": {"whoami": "lan"}}
    ]


def test_graphql_sse_of_npm_is_told_of_errors(server: Running) -> None:
    seen = run_client("sse.cjs", "graphql-sse", server.url, "{ goodbye }")
    assert [error["extensions"]["code"] for error in seen["next"][0]["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert seen["complete"] is True
    assert run_client("sse.cjs", "graphql-sse", server.url, "{ whoami }", "forged")["error"]["status"] == 401
