"""gql, the Python client that nobody here wrote, over HTTP and over a WebSocket."""

from __future__ import annotations

import asyncio

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError
from gql.transport.websockets import WebsocketsTransport

from tests.server.notes import committed, ongoing
from tests.server.running import Running

NOTE = "query Note($id: Int!) { note(id: $id) { text author { name } } }"


async def test_a_query_over_two_plugins_is_answered_by_http(server: Running) -> None:
    transport = AIOHTTPTransport(server.url, headers={"Authorization": "Bearer lan"})
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        note = await session.execute(GraphQLRequest(NOTE, variable_values={"id": 4}))
        assert note == {"note": {"text": "Note 4", "author": {"name": "Author 1"}}}
        assert await session.execute(gql("{ whoami }")) == {"whoami": "lan"}
        assert await session.execute(gql('mutation { add(text: "by gql") }')) == {"add": "by gql"}
    assert committed == ["by gql"]


async def test_errors_come_with_their_codes(server: Running) -> None:
    async with Client(transport=AIOHTTPTransport(server.url)) as session:
        with pytest.raises(TransportQueryError) as refused:
            await session.execute(gql("{ goodbye }"))
        assert [error["extensions"]["code"] for error in refused.value.errors or []] == ["GRAPHQL_VALIDATION_FAILED"]
        with pytest.raises(TransportQueryError) as broken:
            await session.execute(gql("{ hello broken }"))
        assert broken.value.data == {"hello": "Xin chào", "broken": None}
    async with Client(transport=AIOHTTPTransport(server.url, headers={"Authorization": "Bearer old"})) as session:
        with pytest.raises((TransportQueryError, TransportServerError)):
            await session.execute(gql("{ hello }"))


async def test_subscriptions_run_side_by_side_on_one_socket(server: Running) -> None:
    transport = WebsocketsTransport(server.ws_url, init_payload={"Authorization": "Bearer lan"})
    async with Client(transport=transport) as session:

        async def collect(name: str) -> list[int]:
            query = gql(f'subscription {{ count(to: 5, everyS: 0.01, name: "{name}") }}')
            return [event["count"] async for event in session.subscribe(query)]

        assert await asyncio.gather(collect("a"), collect("b"), collect("c")) == [[0, 1, 2, 3, 4]] * 3
        assert await session.execute(gql("{ whoami }")) == {"whoami": "lan"}
        note = await session.execute(GraphQLRequest(NOTE, variable_values={"id": 2}))
        assert note == {"note": {"text": "Note 2", "author": {"name": "Author 2"}}}


async def test_leaving_a_subscription_ends_it_and_keeps_the_socket(server: Running) -> None:
    async with Client(transport=WebsocketsTransport(server.ws_url)) as session:
        async for event in session.subscribe(gql("subscription { count(to: 1000, everyS: 0.01) }")):
            if event["count"] == 3:
                break
        for _ in range(100):
            if not ongoing:
                break
            await asyncio.sleep(0.01)
        assert ongoing == set()
        assert await session.execute(gql("{ hello }")) == {"hello": "Xin chào"}
