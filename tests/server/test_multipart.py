"""Answers in parts over real HTTP: the bytes, the formats, who gets which, what ends them."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer
from gateway.server.multipart import Format, format_of
from gateway.subgraphs.local import LocalSubgraph
from tests.server.node import run_client
from tests.server.running import Running, make_engine, running, wait_until

WHO = '{ note(id: 1) { text ... @defer(label: "who") { author { name } } } }'
JSON_HEAD = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
OLD, NEW = "multipart/mixed;deferSpec=20220824", "multipart/mixed;incrementalSpec=v0.2"


class Gated(LocalSubgraph):
    """Answers once ``gate`` is set. ``under_way``, ``cancelled``: how many fetches are, and were."""

    gate: threading.Event
    under_way = 0
    cancelled = 0

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        self.under_way += 1
        try:
            while not self.gate.is_set():
                await asyncio.sleep(0.002)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        return await super().fetch(fetch, variables, scope)


@pytest.fixture(scope="module")
def gated() -> Iterator[tuple[Running, Gated]]:
    with running() as server:
        subgraphs = server.served.subgraphs
        authors = Gated("authors", subgraphs["authors"].schema, lambda scope: scope)
        server.served.engine = make_engine({**subgraphs, "authors": authors}, Guard(Limits()))
        yield server, authors


@pytest.fixture
def authors(gated: tuple[Running, Gated]) -> Gated:
    gated[1].gate = threading.Event()
    gated[1].gate.set()
    gated[1].cancelled = 0
    return gated[1]


@pytest.fixture
def server(gated: tuple[Running, Gated], authors: Gated) -> Running:
    return gated[0]


def parts(body: bytes) -> list[Any]:
    """The payloads of a multipart body, strictly read."""
    assert body.startswith(b"---" + JSON_HEAD)
    assert body.endswith(b"\r\n-----\r\n")
    pieces = body.removeprefix(b"---").removesuffix(b"\r\n-----\r\n").split(b"\r\n---")
    assert all(piece.startswith(JSON_HEAD) for piece in pieces)
    return [json.loads(piece.removeprefix(JSON_HEAD)) for piece in pieces]


def asked(server: Running, query: str, accept: str, status: int = 200) -> tuple[str, bytes]:
    answer = server.send({"query": query}, headers={"Accept": accept})
    assert answer.status == status
    return answer.headers["content-type"], answer.body


def test_the_bytes_of_the_format_by_path(server: Running) -> None:
    content_type, body = asked(server, WHO, OLD + ",application/json")
    assert content_type == 'multipart/mixed; boundary="-"; deferSpec=20220824'
    assert body == (
        b"---" + JSON_HEAD + b'{"data":{"note":{"text":"Note 1"}},"hasNext":true}'
        b"\r\n---"
        + JSON_HEAD
        + b'{"incremental":[{"data":{"author":{"name":"Author 1"}},"path":["note"],"label":"who"}],'
        b'"hasNext":false}\r\n-----\r\n'
    )


def test_the_bytes_of_the_format_by_id(server: Running) -> None:
    content_type, body = asked(server, WHO, NEW)
    assert content_type == 'multipart/mixed; boundary="-"; incrementalSpec=v0.2'
    assert parts(body) == [
        {
            "data": {"note": {"text": "Note 1"}},
            "pending": [{"id": "0", "path": ["note"], "label": "who"}],
            "hasNext": True,
        },
        {
            "incremental": [{"id": "0", "data": {"author": {"name": "Author 1"}}}],
            "completed": [{"id": "0"}],
            "hasNext": False,
        },
    ]


def test_by_id_what_the_client_has_is_not_sent_again(server: Running) -> None:
    query = "{ note(id: 1) { text } ... @defer { note(id: 1) { text author { name } } } }"
    assert parts(asked(server, query, OLD)[1])[1] == {
        "incremental": [{"data": {"note": {"text": "Note 1", "author": {"name": "Author 1"}}}, "path": []}],
        "hasNext": False,
    }
    assert parts(asked(server, query, NEW)[1])[1] == {
        "incremental": [{"id": "0", "data": {"author": {"name": "Author 1"}}, "subPath": ["note"]}],
        "completed": [{"id": "0"}],
        "hasNext": False,
    }


def test_a_field_of_the_same_subgraph_is_deferred_at_the_root(server: Running) -> None:
    query = '{ hello ... @defer { slow(name: "later", seconds: 0.01) broken } }'
    first, second = parts(asked(server, query, OLD)[1])
    assert first == {"data": {"hello": "Xin chào"}, "hasNext": True}
    [patch] = second["incremental"]
    assert (patch["data"], patch["path"]) == ({"slow": "later", "broken": None}, [])
    assert [(error["message"], error["path"]) for error in patch["errors"]] == [("Internal error", ["broken"])]


def test_the_first_part_arrives_while_the_deferred_subgraph_still_waits(server: Running, authors: Gated) -> None:
    authors.gate.clear()
    connection, response = opened(server, WHO)
    first = b"---" + JSON_HEAD + b'{"data":{"note":{"text":"Note 1"}},"hasNext":true}\r\n---'
    assert response.read(len(first)) == first
    wait_until(lambda: authors.under_way == 1)
    authors.gate.set()
    assert parts(first + response.read())[1]["incremental"][0]["data"] == {"author": {"name": "Author 1"}}
    connection.close()


def test_a_client_that_leaves_ends_the_deferred_fetches(server: Running, authors: Gated) -> None:
    authors.gate.clear()
    connection, response = opened(server, WHO)
    response.read(3)
    wait_until(lambda: authors.under_way == 1)
    response.close()
    connection.close()
    wait_until(lambda: authors.cancelled == 1)
    assert authors.under_way == 0


def opened(server: Running, query: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Content-Type": "application/json", "Accept": OLD}
    connection.request("POST", "/graphql", json.dumps({"query": query}), headers)
    return connection, connection.getresponse()


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "application/graphql-response+json", "multipart/mixed;q=0, */*"]
)
def test_who_does_not_take_parts_gets_the_whole_answer(server: Running, accept: str) -> None:
    content_type, body = asked(server, WHO, accept)
    assert content_type.partition(";")[0] in ("application/json", "application/graphql-response+json")
    assert json.loads(body) == {"data": {"note": {"text": "Note 1", "author": {"name": "Author 1"}}}}


def test_an_event_stream_brings_the_whole_answer(server: Running) -> None:
    _, body = asked(server, WHO, "text/event-stream, multipart/mixed")
    assert b'data: {"data":{"note":{"text":"Note 1","author":{"name":"Author 1"}}}}' in body


@pytest.mark.parametrize("query", ["{ hello }", "{ note(id: 1) { ... @defer { text } } }"])
def test_what_has_nothing_to_defer_is_json_or_for_who_takes_nothing_else_one_part(server: Running, query: str) -> None:
    plain = asked(server, query, "application/json")
    assert asked(server, query, OLD + ", application/json") == plain
    content_type, body = asked(server, query, OLD)
    assert content_type.startswith("multipart/mixed")
    assert parts(body) == [{**json.loads(plain[1]), "hasNext": False}]


def test_a_request_at_fault_is_json_for_everybody(server: Running) -> None:
    content_type, body = asked(server, '{ note(id: "x") { ... @defer { author { name } } } }', OLD)
    assert content_type.startswith("application/json")
    assert [error["extensions"]["code"] for error in json.loads(body)["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]


def test_a_query_by_get_comes_in_parts_too_and_a_mutation_does_not(server: Running) -> None:
    path = "/graphql?query=" + "%20".join(WHO.replace('"', "%22").replace("{", "%7B").replace("}", "%7D").split())
    answer = server.send(method="GET", path=path, headers={"Accept": OLD})
    assert len(parts(answer.body)) == 2
    answer = server.send(method="GET", path="/graphql?query=mutation%7Badd(text:%22x%22)%7D", headers={"Accept": OLD})
    assert (answer.status, answer.codes) == (405, ["MUTATION_BY_GET"])


def test_a_subscription_is_no_matter_of_parts(server: Running) -> None:
    answer = server.send({"query": "subscription { count(to: 1) }"}, headers={"Accept": OLD})
    assert (answer.status, answer.codes) == (406, ["SUBSCRIPTION_NEEDS_STREAM"])


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", None),
        ("*/*", None),
        ("multipart/*", None),
        ("multipart/mixed", Format.BY_PATH),
        ("multipart/mixed; deferSpec=20220824, application/json", Format.BY_PATH),
        ("application/json, multipart/mixed;INCREMENTALSPEC=V0.2", Format.BY_ID),
        ('multipart/mixed;boundary="-";incrementalSpec="v0.2"', Format.BY_ID),
        ("multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824", Format.BY_ID),
        ("multipart/mixed;deferSpec=20991231", None),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", None),
        ("multipart/mixed;q=0", None),
    ],
)
def test_which_format_a_client_asks_for(accept: str, form: Format | None) -> None:
    assert format_of(accept) is form


@pytest.mark.parametrize(
    ("client", "package"), [("by path", "@apollo/client"), ("by id", "@apollo/client"), ("urql", "@urql/core")]
)
def test_clients_that_nobody_here_wrote_put_the_parts_together(server: Running, client: str, package: str) -> None:
    query = """{ hello notes(first: 2) { text __typename ... @defer(label: "who") { author { name __typename } } }
        ... @defer(label: "root") { broken __typename } }"""
    seen = run_client("defer.cjs", package, server.url, query, client)
    notes = [{"text": f"Note {number}", "__typename": "Note"} for number in range(2)]
    assert seen[0] == {"state": "streaming", "data": {"hello": "Xin chào", "notes": notes}}
    for number, note in enumerate(notes):
        note |= {"author": {"name": f"Author {number}", "__typename": "Author"}}  # type: ignore[dict-item]
    assert seen[-1] == {
        "state": "complete",
        "data": {"hello": "Xin chào", "notes": notes, "broken": None, "__typename": "Query"},
        "errors": ["Internal error"],
    }
