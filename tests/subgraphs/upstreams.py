"""A service on loopback that does as it is told, and an engine over it and a healthy neighbour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.remote import Credentials, HttpSubgraph, no_credentials
from gateway.subgraphs.settings import RemoteSettings
from schema.compose import SubgraphSdl, compose
from tests.execution.servers import http_server

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
FAR = (
    LINK
    + """
type Query { far(n: Int): String books: [Book] }
type Mutation { change: String }
type Subscription { ticks: Int }
type Book @key(fields: "id") { id: ID! title: String }
"""
)
NEAR = (
    LINK
    + """
type Query { near: String }
type Book @key(fields: "id") { id: ID! price: Int }
"""
)

Reply = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request that came."""

    headers: Mapping[str, str]
    body: Any


@dataclass
class Service:
    """``reply``: what it does with each request. ``asked``: what came, in order."""

    reply: Reply
    asked: list[Asked] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read()) if request.method == "POST" else None
        self.asked.append(Asked({name.lower(): value for name, value in request.headers.items()}, body))
        return await self.reply(request, body)


def answering(data: Any, **options: Any) -> Reply:
    """Always this data."""

    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.json_response({"data": data}, **options)

    return reply


def in_turn(*replies: Reply) -> Reply:
    """One after another; the last one for ever."""
    left = list(replies)

    async def reply(request: web.Request, body: Any) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request, body)

    return reply


def status(code: int) -> Reply:
    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.Response(status=code, text="<html>")

    return reply


def after(wait_s: float, then: Reply) -> Reply:
    async def reply(request: web.Request, body: Any) -> web.StreamResponse:
        await asyncio.sleep(wait_s)
        return await then(request, body)

    return reply


@asynccontextmanager
async def remote(
    service: Service, credentials: Credentials = no_credentials, **settings: Any
) -> AsyncIterator[HttpSubgraph]:
    """The service as the subgraph ``far``."""
    async with http_server(service.handle) as url:
        subgraph = HttpSubgraph("far", url, settings=RemoteSettings(**settings), credentials=credentials)
        try:
            yield subgraph
        finally:
            await subgraph.close()


def engine_over(far: HttpSubgraph, near: HttpSubgraph) -> Engine:
    composition = compose([SubgraphSdl("far", FAR), SubgraphSdl("near", NEAR)])
    assert composition.supergraph_sdl is not None, composition.errors
    return Engine(Supergraph.from_sdl(composition.supergraph_sdl), {"far": far, "near": near})


@asynccontextmanager
async def engine(far: Service, credentials: Credentials = no_credentials, **settings: Any) -> AsyncIterator[Engine]:
    """An engine over ``far``, with these settings, and a neighbour that always answers."""

    async def near(_request: web.Request, body: Any) -> web.StreamResponse:
        representations = body["variables"].get("representations")
        if representations is None:
            return web.json_response({"data": {"near": "here"}})
        entities = [{"__typename": "Book", "price": int(one["id"]) * 10} for one in representations]
        return web.json_response({"data": {"_entities": entities}})

    async with remote(far, credentials, **settings) as subgraph, http_server(Service(near).handle) as url:
        neighbour = HttpSubgraph("near", url)
        try:
            yield engine_over(subgraph, neighbour)
        finally:
            await neighbour.close()


async def ask(engine: Engine, query: str, scope: RequestScope | None = None, **variables: Any) -> dict[str, Any]:
    response = await engine.execute(GraphQLRequest(query, variables=variables), scope or RequestScope())
    return response.as_map()


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
