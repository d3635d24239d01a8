"""Retries: of queries, of passing faults, within the time there is; counted at the service."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from gateway.request import RequestScope
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from tests.execution.hand import fetch
from tests.subgraphs.upstreams import Reply, Service, after, answering, codes, in_turn, remote, status

FAR = fetch("{ far }", subgraph="far")
CHANGE = fetch("mutation { change }", subgraph="far", kind="mutation")
GOOD = answering({"far": "here"})


async def _reset(request: web.Request, _body: Any) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    "passing",
    [status(502), status(503), status(504), _reset, after(2, GOOD)],
    ids=["502", "503", "504", "reset", "too slow"],
)
async def test_a_query_gets_over_a_fault_that_passes(passing: Reply) -> None:
    service = Service(in_turn(passing, passing, GOOD))
    async with remote(service, timeout_s=0.2) as far:
        assert await far.fetch(FAR, {}, RequestScope()) == {"data": {"far": "here"}}
    assert len(service.asked) == 3


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_a_fault_that_stays_is_met_once_and_as_often_as_retries_say(retries: int) -> None:
    service = Service(status(503))
    async with remote(service, retries=retries, circuit_failures=100) as far:
        assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBREQUEST_HTTP_ERROR"]
    assert len(service.asked) == 1 + retries


@pytest.mark.parametrize("reply", [status(503), _reset, after(2, GOOD)], ids=["503", "reset", "too slow"])
async def test_a_mutation_is_never_sent_twice(reply: Reply) -> None:
    service = Service(reply)
    async with remote(service, timeout_s=0.2, retries=5) as far:
        answer = await far.fetch(CHANGE, {}, RequestScope())
    assert answer["data"] is None
    assert len(service.asked) == 1


@pytest.mark.parametrize("reply", [status(500), status(404), status(429), answering([1])])
async def test_a_fault_that_will_not_pass_is_not_tried_again(reply: Reply) -> None:
    service = Service(reply)
    async with remote(service, retries=5) as far:
        await far.fetch(FAR, {}, RequestScope())
    assert len(service.asked) == 1


async def test_nothing_is_tried_again_when_no_time_is_left() -> None:
    loop = asyncio.get_running_loop()
    service = Service(after(5, GOOD))
    async with remote(service, retries=5) as far:
        began = loop.time()
        answer = await far.fetch(FAR, {}, RequestScope(deadline=began + 0.3))
        took_s = loop.time() - began
    assert codes(answer) == ["SUBREQUEST_TIMEOUT"]
    assert len(service.asked) == 1
    assert 0.25 < took_s < 2


async def test_a_connection_that_is_refused_is_tried_again_and_told() -> None:
    far = HttpSubgraph("far", "http://127.0.0.1:9/graphql", settings=RemoteSettings(retries=2, circuit_failures=3))
    assert codes(await far.fetch(FAR, {}, RequestScope())) == ["SUBREQUEST_HTTP_ERROR"]
    # Three attempts were three failures: the circuit has opened.
    assert far.circuit.state == "open"
    await far.close()
