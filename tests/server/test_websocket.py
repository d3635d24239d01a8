"""graphql-transport-ws against a real server."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.node import run_client
from tests.server.notes import committed, ongoing
from tests.server.running import Running, wait_until
from tests.server.socket_client import socket


def test_a_subscription_brings_each_event_and_completes(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("subscription { count(to: 3) }", id="a")
        assert [client.receive() for _ in range(4)] == [
            {"id": "a", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "a", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "a", "type": "next", "payload": {"data": {"count": 2}}},
            {"id": "a", "type": "complete"},
        ]


def test_queries_and_mutations_are_answered_too(server: Running) -> None:
    with socket(server) as client:
        client.init()
        assert client.ask("{ hello }") == {"hello": "Xin chào"}
        assert client.ask('mutation { add(text: "by socket") }', id="2") == {"add": "by socket"}
        query = "query($i: Int!) { note(id: $i) { id text } }"
        assert client.ask(query, variables={"i": 7}) == {"note": {"id": 7, "text": "Note 7"}}
    assert committed == ["by socket"]


def test_each_operation_of_a_socket_has_a_scope_of_its_own(server: Running) -> None:
    with socket(server) as client:
        client.init()
        first, second = (client.ask("{ scopeId }")["scopeId"].split() for _ in range(2))
        assert first[1] != second[1]
        client.subscribe("subscription { count(to: 100, everyS: 1) }", id="running")
        client.receive()
        third = client.ask("{ scopeId }", id="meanwhile")["scopeId"].split()
        assert third[1] not in (first[1], second[1])


def test_a_request_at_fault_ends_its_operation_and_not_the_socket(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("subscription { count(to: 100, everyS: 1) }", id="running")
        assert client.receive()["payload"] == {"data": {"count": 0}}
        assert client.ask("{ hello", id="1") == ["GRAPHQL_PARSE_FAILED"]
        assert client.ask("{ goodbye }", id="1") == ["GRAPHQL_VALIDATION_FAILED"]
        assert client.ask("{ notes(first: 1000) { id } }", id="1") == ["LIST_ARGUMENT_LIMIT"]
        assert client.ask("query A { hello } query B { hello }", id="1") == ["OPERATION_RESOLUTION_FAILURE"]
        assert client.ask("{ hello }", id="1") == {"hello": "Xin chào"}
        assert ongoing == {"count"}


def test_a_source_that_fails_says_no_more_than_a_code(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("subscription { bounced }")
        assert client.receive()["payload"] == {"data": {"bounced": 1}}
        text = json.dumps(client.receive())
        assert "INTERNAL_SERVER_ERROR" in text
        assert "hunter2" not in text
        assert client.receive() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    "payload", [{"Authorization": "Bearer lan"}, {"authorization": "Bearer lan"}, {"token": "lan"}]
)
def test_the_actor_comes_from_connection_init(server: Running, payload: dict[str, str]) -> None:
    with socket(server) as client:
        client.init(**payload)
        assert client.ask("{ whoami }") == {"whoami": "lan"}


def test_the_actor_comes_from_the_handshake_where_connection_init_names_none(server: Running) -> None:
    with socket(server, additional_headers={"Authorization": "Bearer minh"}) as client:
        client.init()
        assert client.ask("{ whoami }") == {"whoami": "minh"}
    with socket(server, additional_headers={"Authorization": "Bearer minh"}) as client:
        client.init(token="lan")
        assert client.ask("{ whoami }") == {"whoami": "lan"}


@pytest.mark.parametrize("payload", [{"token": "forged"}, {"Authorization": "Bearer old"}, {"token": 7}])
def test_a_refused_token_closes_with_4403(server: Running, payload: dict[str, Any]) -> None:
    with socket(server) as client:
        client.send(type="connection_init", payload=payload)
        assert client.closed() == (4403, "Forbidden")


def test_the_socket_is_closed_when_the_token_ends(server: Running) -> None:
    with socket(server) as client:
        client.init(token="lan:1")
        client.subscribe("subscription { count(to: 100, everyS: 0.1) }")
        began = time.monotonic()
        assert client.closed() == (4403, "TOKEN_EXPIRED")
        assert time.monotonic() - began < 2
    wait_until(lambda: not ongoing, 1)


def test_credentials_do_not_reach_a_resolver(server: Running) -> None:
    with socket(server, additional_headers={"Authorization": "Bearer lan", "Cookie": "a=b"}) as client:
        client.init()
        assert {"authorization", "cookie"} & set(client.ask("{ seenHeaders }")["seenHeaders"]) == set()
    headers = server.send({"query": "{ seenHeaders }"}, headers={"Authorization": "Bearer lan", "Cookie": "a=b"})
    assert {"authorization", "cookie"} & set(headers.json["data"]["seenHeaders"]) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ("7", 4400),
        ("{}", 4400),
        ('{"type": 7}', 4400),
        ('{"type": "start"}', 4400),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": [], "payload": {"query": "{ hello }"}}', 4400),
        ('{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": []}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": 7}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 7}}', 4400),
        ('{"type": "complete", "id": {}}', 4400),
        ('{"type": "connection_init"}', 4429),
        ("[" * 100_000, 4400),
        (b'{"type": "ping"}', 4400),
    ],
)
def test_a_malformed_message_closes_with_the_protocols_code(server: Running, text: str | bytes, code: int) -> None:
    with socket(server) as client:
        client.init()
        client.connection.send(text)
        assert client.closed()[0] == code
    assert server.ask("{ hello }").status == 200


def test_a_message_above_the_limit_closes_with_1009(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("{ hello }", variables={"a": "x" * 1_000_001})
        assert client.closed()[0] == 1009


def test_subscribing_before_the_acknowledgement_closes_with_4401(server: Running) -> None:
    with socket(server) as client:
        client.subscribe("{ hello }")
        assert client.closed() == (4401, "Unauthorized")


def test_an_id_in_use_closes_with_4409(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("subscription { count(to: 9, everyS: 1) }")
        client.subscribe("{ hello }")
        assert client.closed() == (4409, "Subscriber for 1 already exists")


def test_ping_is_answered_and_null_payloads_are_none(server: Running) -> None:
    with socket(server) as client:
        client.send(type="connection_init", payload=None)
        assert client.receive() == {"type": "connection_ack"}
        client.send(type="ping")
        assert client.receive() == {"type": "pong"}
        assert client.ask("{ hello }", variables=None, operationName=None, extensions=None) == {"hello": "Xin chào"}


def test_complete_ends_the_source_and_frees_the_id(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe("subscription { count(to: 100, everyS: 0.5) }")
        client.receive()
        client.send(type="complete", id="1")
        wait_until(lambda: not ongoing, 1)
        assert client.ask("{ hello }") == {"hello": "Xin chào"}


def test_a_client_that_leaves_ends_its_operations_within_a_second(server: Running) -> None:
    with socket(server) as client:
        client.init()
        client.subscribe('mutation { add(text: "half", seconds: 2) }')
        client.subscribe("subscription { count(to: 100, everyS: 5) }", id="2")
        wait_until(lambda: ongoing == {"half", "count"})
        client.connection.socket.close()
        assert wait_until(lambda: not ongoing, 1) < 1
    assert committed == []


@pytest.mark.parametrize("protocol", ["graphql-ws", "soap"])
def test_no_other_protocol_is_spoken(server: Running, protocol: str) -> None:
    # The handshake offers a protocol that is not taken up: the client sees none, the server says so and closes.
    with pytest.raises(ConnectionClosed) as closed, socket(server, protocol=protocol) as client:
        client.connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


def test_graphql_ws_of_npm_is_served(server: Running) -> None:
    seen = run_client("ws.cjs", "graphql-ws", server.ws_url, "subscription { count(to: 3) }")
    assert seen["next"] == [{"data": {"count": number}} for number in range(3)]
    assert (seen["complete"], seen["error"]) == (True, None)


def test_graphql_ws_of_npm_is_told_of_errors(server: Running) -> None:
    seen = run_client("ws.cjs", "graphql-ws", server.ws_url, "{ goodbye }")
    assert [error["extensions"]["code"] for error in seen["error"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert run_client("ws.cjs", "graphql-ws", server.ws_url, "{ whoami }", "lan")["next"] == [
        {"data": {"whoami": "lan"}}
    ]
    forged = run_client("ws.cjs", "graphql-ws", server.ws_url, "{ whoami }", "forged")
    assert forged["error"] == {"code": 4403, "message": "4403: Forbidden"} or forged["closed"]["code"] == 4403
