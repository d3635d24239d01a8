"""A subgraph behind a URL answers as the same subgraph in process: only the line that names it differs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from graphql import GraphQLSchema, execute_sync, parse, validate

from gateway.execution.engine import Engine
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import Actor
from tests.federation.city import LINK, SDL, behaviours, city_subgraphs, city_supergraph
from tests.federation.memory import memory_schema
from tests.federation.one_schema import one_schema
from tests.federation.random_queries import RandomQuery

SUPERGRAPH = city_supergraph()
OFFICER = RequestScope(Actor(id="officer", scopes=frozenset({"citizens:read"})))


@asynccontextmanager
async def remote_city() -> AsyncIterator[dict[str, HttpSubgraph]]:
    """The subgraphs of the city, each at its own path of one server."""
    app = web.Application()
    for name, behaviour in behaviours().items():
        app.router.add_post(f"/{name}", _handler(memory_schema(LINK + SDL[name], behaviour)))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = HttpClient()
    try:
        port = runner.addresses[0][1]
        yield {name: HttpSubgraph(name, f"http://127.0.0.1:{port}/{name}", client=client) for name in SDL}
    finally:
        await client.close()
        await runner.cleanup()


def _handler(schema: GraphQLSchema) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        result = execute_sync(schema, parse(body["query"]), variable_values=body["variables"])
        return web.json_response(result.formatted)

    return answer


async def test_random_operations_are_answered_alike_in_process_and_over_http() -> None:
    local = Engine(SUPERGRAPH, city_subgraphs())
    one = one_schema(SUPERGRAPH)
    compared = 0
    async with remote_city() as remotes:
        remote = Engine(SUPERGRAPH, remotes)
        for seed in range(1000, 1020):
            query = RandomQuery(one, seed)
            if validate(one, parse(query.text)):
                continue
            request = GraphQLRequest(query.text, None, query.variables)
            far, near = (
                await remote.execute(request, OFFICER),
                await local.execute(request, RequestScope(OFFICER.actor)),
            )
            assert far.errors == near.errors == []
            assert json.dumps(far.data) == json.dumps(near.data), query.text
            compared += 1
    assert compared > 12


async def test_a_subgraph_can_move_behind_a_url_alone() -> None:
    async with remote_city() as remotes:
        engine = Engine(SUPERGRAPH, {**city_subgraphs(), "agencies": remotes["agencies"]})
        response = await engine.execute(GraphQLRequest("{ reports(first: 1) { agency { name } } }"), RequestScope())
    assert response.as_map() == {"data": {"reports": [{"agency": {"name": "Agency 2"}}]}}
