"""Subscriptions: every event is completed over the other subgraphs, in process and from an upstream over WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, cast

import pytest
from aiohttp import WSMsgType, web

from gateway.execution.engine import Engine
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.local import LocalSubgraph
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from identity.actor import Actor
from schema.errors import Refused
from tests.execution.hand import fetch
from tests.execution.servers import http_server
from tests.federation.city import LINK, SDL, behaviours, city_subgraphs, city_supergraph
from tests.federation.memory import Behaviour, memory_schema

SUPERGRAPH = city_supergraph()
CROSSING = "subscription { event: reportSubmitted { title agency { name } reporter { level } } }"
TICKS = fetch("subscription ($to: Int!) { ticks(to: $to) }", subgraph="far", kind="subscription")


class Reports:
    """The source of a subscription: reports by id. ``closed``: whether its generator was left."""

    def __init__(self, *ids: str | None) -> None:
        self.ids = ids
        self.closed = False

    async def __call__(self) -> AsyncIterator[dict[str, Any]]:
        try:
            for id_ in self.ids:
                if id_ == "fail":
                    raise Refused("The stream is over.", code="OVER")
                yield {"reportSubmitted": None if id_ is None else {"__typename": "Report", "id": id_}}
        finally:
            self.closed = True


def _engine(source: Callable[..., Any], own: dict[str, Behaviour] | None = None) -> Engine:
    behaviours_ = behaviours() | (own or {})
    behaviours_["feedback"].subscription = {"reportSubmitted": source}
    return Engine(SUPERGRAPH, city_subgraphs(behaviours_))


async def _events(engine: Engine, query: str = CROSSING, actor: Actor | None = None) -> list[GraphQLResponse]:
    scope = RequestScope(actor) if actor else RequestScope()
    stream = await engine.subscribe(GraphQLRequest(query), scope)
    assert not isinstance(stream, GraphQLResponse)
    return [event async for event in stream]


async def test_each_event_is_completed_over_the_other_subgraphs() -> None:
    events = await _events(_engine(Reports("r1", None, "r2")))
    assert [event.as_map() for event in events] == [
        {"data": {"event": {"title": "Report 1", "agency": {"name": "Agency 2"}, "reporter": {"level": 0}}}},
        {"data": {"event": None}},
        {"data": {"event": {"title": "Report 2", "agency": None, "reporter": {"level": 1}}}},
    ]


async def test_an_event_whose_completion_fails_is_an_event_with_an_error_and_the_stream_goes_on() -> None:
    levels = iter([Refused("Not now.", code="NOT_NOW"), 7])

    def level(_row: dict[str, Any]) -> Any:
        value = next(levels)
        if isinstance(value, Exception):
            raise value
        return value

    own = behaviours()["citizens"]
    own.fields = {**own.fields, "Citizen.level": level}
    events = await _events(_engine(Reports("r1", "r1"), {"citizens": own}))
    assert [event.data and event.data["event"]["reporter"] for event in events] == [None, {"level": 7}]
    assert events[0].errors == [
        {
            "message": "Not now.",
            "extensions": {"code": "NOT_NOW", "service": "citizens"},
            "path": ["event", "reporter", "level"],
        }
    ]
    assert events[1].errors == []


async def test_a_source_that_fails_ends_the_stream_with_its_error() -> None:
    first, last = await _events(_engine(Reports("r1", "fail", "r2")))
    assert first.errors == []
    assert last.data == {"event": None}
    assert [(error["message"], error["path"]) for error in last.errors] == [("The stream is over.", ["event"])]


async def test_leaving_the_stream_closes_the_source() -> None:
    source = Reports("r1", "r2", "r3")
    stream = await _engine(source).subscribe(GraphQLRequest(CROSSING), RequestScope())
    async with aclosing(cast("Any", stream)):
        async for event in stream:  # type: ignore[union-attr]
            assert event.data is not None
            break
    assert source.closed is True


async def test_no_two_events_share_a_context() -> None:
    contexts: list[dict[str, Any]] = []

    def make_context(_scope: RequestScope) -> dict[str, Any]:
        contexts.append({})
        return contexts[-1]

    own = behaviours()
    own["feedback"].subscription = {"reportSubmitted": Reports("r1", "r3")}
    subgraphs = {
        name: LocalSubgraph(name, memory_schema(LINK + SDL[name], behaviour), make_context)
        for name, behaviour in own.items()
    }
    await _events(Engine(SUPERGRAPH, subgraphs))
    # One for the source; for each event one of feedback, of agencies and of citizens.
    assert len(contexts) == 1 + 2 * 3


async def test_what_is_no_subscription_has_one_response() -> None:
    engine = _engine(Reports())
    response = await engine.subscribe(GraphQLRequest("{ me { name } }"), RequestScope())
    assert isinstance(response, GraphQLResponse)
    assert response.data == {"me": {"name": "Lan"}}
    response = await engine.subscribe(GraphQLRequest("subscription { nothing }"), RequestScope())
    assert isinstance(response, GraphQLResponse)
    assert response.executed is False


async def test_denied_fields_of_an_event_are_null_and_not_fetched() -> None:
    query = "subscription { reportSubmitted { title reporter { phone } } }"
    [event] = await _events(_engine(Reports("r1")), query)
    assert event.data == {"reportSubmitted": {"title": "Report 1", "reporter": {"phone": None}}}
    assert [error["extensions"]["code"] for error in event.errors] == ["UNAUTHENTICATED"]
    [event] = await _events(_engine(Reports("r1")), query, Actor(id="lan"))
    assert event.data == {"reportSubmitted": {"title": "Report 1", "reporter": {"phone": "0900000001"}}}


class Upstream:
    """A service that speaks graphql-transport-ws. ``said``: what it got after the connection was acknowledged."""

    def __init__(self, *messages: dict[str, Any] | str, acknowledge: bool = True) -> None:
        self.messages = messages
        self.acknowledge = acknowledge
        self.said: list[dict[str, Any]] = []
        self.left = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("graphql-transport-ws",))
        await socket.prepare(request)
        assert socket.ws_protocol == "graphql-transport-ws"
        assert (await socket.receive_json())["type"] == "connection_init"
        await socket.send_json({"type": "connection_ack"} if self.acknowledge else {"type": "ping"})
        if not self.acknowledge:
            await asyncio.sleep(30)
        self.said.append(await socket.receive_json())
        for message in self.messages:
            if message == "close":
                await socket.close()
                break
            await (socket.send_str(message) if isinstance(message, str) else socket.send_json(message))
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self.said.append(frame.json())
        self.left.set()
        return socket


def _next(value: int) -> dict[str, Any]:
    return {"type": "next", "id": "1", "payload": {"data": {"ticks": value}}}


async def _ticks(upstream: Upstream, **settings: Any) -> list[SubgraphAnswer]:
    async with http_server(upstream.serve) as url:
        subgraph = HttpSubgraph("far", url, settings=RemoteSettings(**settings))
        try:
            return [answer async for answer in subgraph.subscribe(TICKS, {"to": 2}, RequestScope())]
        finally:
            await subgraph.close()


async def test_events_of_an_upstream_come_until_it_is_complete() -> None:
    upstream = Upstream(_next(0), {"type": "ping"}, _next(1), {"type": "complete", "id": "1"})
    assert await _ticks(upstream) == [{"data": {"ticks": 0}}, {"data": {"ticks": 1}}]
    assert upstream.said[0] == {
        "type": "subscribe",
        "id": "1",
        "payload": {"query": TICKS.text, "variables": {"to": 2}},
    }
    assert upstream.said[1] == {"type": "pong"}


@pytest.mark.parametrize(
    ("last", "code", "message"),
    [
        ("close", "SUBREQUEST_HTTP_ERROR", "far closed the connection"),
        (
            {"type": "error", "id": "1", "payload": [{"message": "db at 10.0.0.7"}]},
            "INTERNAL_SERVER_ERROR",
            "Internal error",
        ),
        ("not json", "SUBREQUEST_MALFORMED_RESPONSE", "far sent what is no message of graphql-transport-ws"),
        ({"type": "hello"}, "SUBREQUEST_MALFORMED_RESPONSE", "far sent what is no message of graphql-transport-ws"),
    ],
)
async def test_an_upstream_that_fails_is_a_last_answer_with_an_error(last: Any, code: str, message: str) -> None:
    first, second = await _ticks(Upstream(_next(0), last))
    assert first == {"data": {"ticks": 0}}
    assert second["data"] is None
    assert [(error["message"], error["extensions"]["code"]) for error in second["errors"]] == [(message, code)]


async def test_an_upstream_that_never_acknowledges_is_given_up() -> None:
    [answer] = await _ticks(Upstream(acknowledge=False), timeout_s=0.1)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SUBREQUEST_TIMEOUT"]


async def test_an_upstream_that_is_down_is_an_error() -> None:
    subgraph = HttpSubgraph("far", "http://127.0.0.1:9/graphql")
    answers = [answer async for answer in subgraph.subscribe(TICKS, {}, RequestScope())]
    await subgraph.close()
    assert [error["message"] for error in answers[0]["errors"]] == ["far could not be reached"]


async def test_leaving_tells_the_upstream_to_stop() -> None:
    upstream = Upstream(_next(0), _next(1))
    async with http_server(upstream.serve) as url:
        subgraph = HttpSubgraph("far", url)
        stream = subgraph.subscribe(TICKS, {"to": 9}, RequestScope())
        async with aclosing(cast("Any", stream)):
            async for answer in stream:
                assert answer == {"data": {"ticks": 0}}
                break
        async with asyncio.timeout(5):
            await upstream.left.wait()
        await subgraph.close()
    assert upstream.said[-1] == {"type": "complete", "id": "1"}
