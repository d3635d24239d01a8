"""What is around a request: ids, headers, health, pages, subgraph endpoints, the end of the process."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from socket import create_connection
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.notes import committed, ongoing
from tests.server.running import Running, running, wait_until
from tests.server.socket_client import socket


@pytest.fixture(scope="module")
def open_server() -> Iterator[Running]:
    with running(subgraph_endpoints=True, allowed_origins=("https://congdan.example",), access_log="all") as server:
        yield server


def test_a_request_id_is_echoed_where_it_is_plain_and_made_where_not(server: Running) -> None:
    assert (
        server.send({"query": "{ hello }"}, headers={"X-Request-Id": "req-7.a_B"}).headers["x-request-id"]
        == "req-7.a_B"
    )
    for bad in ("", "abc", "a" * 65, "a b c d", "<script>", "-abcd", "a\tb\tc"):
        made = server.send({"query": "{ hello }"}, headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert made != bad
        assert len(made) == 24
    assert server.ask("{ scopeId }").json["data"]["scopeId"].split()[1] != ""
    with_id = server.send({"query": "{ scopeId }"}, headers={"X-Request-Id": "req-8"})
    assert with_id.json["data"]["scopeId"].endswith(" req-8")


@pytest.mark.parametrize("path", ["/graphql", "/health", "/nowhere"])
def test_every_answer_has_the_security_headers(server: Running, path: str) -> None:
    headers = server.send(method="GET", path=path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "server" not in headers


def test_health_is_200_and_says_who_is_out(server: Running) -> None:
    answer = server.send(method="GET", path="/health")
    assert answer.status == 200
    assert answer.json["status"] == "degraded"
    assert answer.json["plugins"]["map"] == {"state": "out", "reason": "no table"}


def test_ready_is_503_while_it_is_not(server: Running) -> None:
    assert server.send(method="GET", path="/ready").status == 200
    server.served.is_ready = False
    answer = server.send(method="GET", path="/ready")
    server.served.is_ready = True
    assert (answer.status, answer.json) == (503, {"ready": False})


def test_pages_of_the_settings_may_ask_and_others_may_not(open_server: Running, server: Running) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,authorization"}
    good = open_server.send(method="OPTIONS", headers={"Origin": "https://congdan.example", **asked})
    assert (good.status, good.headers["access-control-allow-origin"]) == (200, "https://congdan.example")
    assert "access-control-allow-credentials" not in good.headers
    bad = open_server.send(method="OPTIONS", headers={"Origin": "https://evil.example", **asked})
    assert bad.status == 400
    assert "access-control-allow-origin" not in bad.headers
    closed = server.send(method="OPTIONS", headers={"Origin": "https://congdan.example", **asked})
    assert (closed.status, "access-control-allow-origin" in closed.headers) == (405, False)


def test_a_plugins_own_schema_is_served_where_that_is_set(open_server: Running, server: Running) -> None:
    path = "/subgraphs/authors/graphql"
    sdl = open_server.send({"query": "{ _service { sdl } }"}, path=path).json["data"]["_service"]["sdl"]
    assert 'type Author @key(fields: "id")' in sdl
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { name } } }"
    keys = [{"__typename": "Author", "id": str(number)} for number in range(500)]
    entities = open_server.send({"query": query, "variables": {"r": keys}}, path=path).json["data"]["_entities"]
    assert entities == [{"name": f"Author {number}"} for number in range(500)]
    refused = open_server.send({"query": "{ author" + "(id: 1) { id } }" * 1_500}, path=path)
    assert refused.codes == ["TOKEN_LIMIT"]
    named = {"query": 'query A { author(id: "1") { id } } query B { author(id: "2") { id } }', "operationName": "B"}
    assert open_server.send(named, path=path).json == {"data": {"author": {"id": "2"}}}
    with socket(open_server, path="/subgraphs/notes/graphql") as client:
        client.init()
        client.subscribe("subscription { count(to: 1) }")
        assert client.receive()["payload"] == {"data": {"count": 0}}
    assert open_server.send({"query": "{ hello }"}, path="/subgraphs/none/graphql").status == 404
    assert server.send({"query": "{ hello }"}, path="/subgraphs/notes/graphql").status == 404


def test_the_access_log_holds_no_query_and_no_address(open_server: Running, logs: list[Any]) -> None:
    path = "/graphql?query=%7Becho(text:%22079012345678%22)%7D"
    answer = open_server.send(
        method="GET", path=path, headers={"X-Request-Id": "req-log", "Authorization": "Bearer lan"}
    )
    assert answer.json == {"data": {"echo": "079012345678"}}
    wait_until(lambda: any(entry["event"] == "request" for entry in logs))
    entry = next(entry for entry in logs if entry["event"] == "request")
    assert {key: entry[key] for key in ("method", "path", "status", "request_id")} == {
        "method": "GET",
        "path": "/graphql",
        "status": 200,
        "request_id": "req-log",
    }
    text = json.dumps(logs, default=str)
    assert "079012345678" not in text
    assert "127.0.0.1" not in text
    assert "lan" not in text


def leave_in_the_middle(server: Running, query: str, name: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/graphql", json.dumps({"query": query}), {"Content-Type": "application/json"})
    wait_until(lambda: name in ongoing)
    connection.close()


def test_a_client_that_leaves_cancels_its_query_within_a_second(server: Running) -> None:
    leave_in_the_middle(server, '{ slow(name: "left", seconds: 30) }', "left")
    assert wait_until(lambda: not ongoing, 1) < 1


def test_a_mutation_whose_client_leaves_is_absent_or_committed(server: Running) -> None:
    leave_in_the_middle(server, 'mutation { add(text: "absent", seconds: 30) }', "absent")
    wait_until(lambda: not ongoing, 1)
    assert committed == []
    assert server.ask('mutation { add(text: "whole") }').status == 200
    assert committed == ["whole"]


def test_an_answer_that_takes_too_long_is_504() -> None:
    with running(request_timeout_s=0.3) as server:
        answer = server.ask('{ slow(name: "late", seconds: 30) }')
        assert answer.status in (200, 504)
        codes = answer.codes
        assert codes in (["REQUEST_TIMEOUT"], ["SUBREQUEST_TIMEOUT"])
        wait_until(lambda: not ongoing, 1)


def begin_body(server: Running) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/graphql")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "100")
    connection.endheaders()
    connection.send(b'{"query": "')
    return connection


def test_a_body_that_does_not_arrive_is_408() -> None:
    with running(body_timeout_s=0.3) as server:
        connection = begin_body(server)
        response = connection.getresponse()
        assert response.status == 408
        assert json.loads(response.read())["errors"][0]["extensions"]["code"] == "BODY_TIMEOUT"
        connection.close()


def test_a_client_that_was_slow_to_ask_is_watched_as_any_other(server: Running) -> None:
    connection = begin_body(server)
    time.sleep(0.2)
    rest = b'{ slow(name: \\"sluggish\\", seconds: 30) }"}'
    connection.send(rest + b" " * (89 - len(rest)))
    wait_until(lambda: "sluggish" in ongoing)
    connection.close()
    assert wait_until(lambda: not ongoing, 1) < 1


def test_a_connection_that_asks_nothing_is_closed() -> None:
    with running(head_timeout_s=0.3) as server:
        for begun in (b"", b"POST /graphql HTTP/1.1\r\nHost: a\r\n"):
            with create_connection(("127.0.0.1", server.port), timeout=5) as idle:
                idle.sendall(begun)
                began = time.monotonic()
                with suppress(ConnectionResetError):
                    assert idle.recv(1) == b""
                assert 0.2 < time.monotonic() - began < 2
        kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        for _ in range(2):
            kept.request("GET", "/graphql?query=%7Bhello%7D")
            assert kept.getresponse().read() == '{"data":{"hello":"Xin chào"}}'.encode()
            time.sleep(0.5)
        kept.close()


def test_the_engine_may_be_exchanged_while_serving(server: Running) -> None:
    with socket(server) as client:
        client.init()
        before = server.served.engine
        server.served.engine = None
        assert server.ask("{ hello }").codes == ["INTERNAL_SERVER_ERROR"]
        server.served.engine = before
        assert server.ask("{ hello }").json == {"data": {"hello": "Xin chào"}}
        assert client.ask("{ hello }") == {"hello": "Xin chào"}


def test_the_process_ends_gracefully() -> None:
    with running(drain_wait_s=0.5) as server:
        assert server.served.lives == 1
        answers: list[int] = []
        slow = threading.Thread(target=lambda: answers.append(server.ask('{ slow(name: "s", seconds: 1) }').status))
        with socket(server) as client:
            client.init()
            slow.start()
            wait_until(lambda: "s" in ongoing)
            server.server.should_exit = True
            wait_until(lambda: server.app.state.streams.draining)
            ready = server.send(method="GET", path="/ready")
            assert (ready.status, ready.json) == (503, {"ready": False, "reason": "draining"})
            assert ready.headers["connection"] == "close"
            assert server.ask("{ hello }").json == {"data": {"hello": "Xin chào"}}
            with pytest.raises(ConnectionClosed) as closed:
                client.connection.recv(timeout=5)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        slow.join(timeout=5)
        assert answers == [200]
        server.thread.join(timeout=5)
        assert server.served.lives == 0


def test_sockets_are_closed_one_by_one_at_the_end() -> None:
    with running() as server:
        server.server._settings = server.server._settings.model_copy(update={"drain_spread_s": 1.0})
        ended: list[float] = []

        def hold() -> None:
            with socket(server) as client:
                client.init()
                assert client.closed(timeout=10)[0] == 1012
                ended.append(time.monotonic())

        threads = [threading.Thread(target=hold) for _ in range(10)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(server.app.state.streams) == 10)
        time.sleep(0.2)
        server.server.should_exit = True
        for thread in threads:
            thread.join(timeout=10)
        assert len(ended) == 10
        assert max(ended) - min(ended) > 0.7
