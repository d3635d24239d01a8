"""What no HTTP library would say, said by a service: no hang, no flood, and not one word that is not for clients."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

import orjson
import pytest
from aiohttp import web

from gateway.request import RequestScope
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from tests.execution.hand import fetch
from tests.execution.servers import Talk, http_server, raw_server
from tests.subgraphs.upstreams import Reply, Service, answering, ask, codes, engine, engine_over, remote

BOOKS = [{"__typename": "Book", "id": "1", "title": "Số đỏ"}, {"__typename": "Book", "id": "2", "title": "Đất rừng"}]
PRICED = {"books": [{"title": "Số đỏ", "price": 10}, {"title": "Đất rừng", "price": 20}]}


def _says(body: bytes, media_type: str = "application/json", **headers: str) -> Reply:
    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.Response(body=body, headers={"content-type": media_type, **headers})

    return reply


def _erring(*errors: dict[str, Any]) -> Reply:
    return _says(orjson.dumps({"data": {"books": BOOKS}, "errors": errors}))


def _error(**more: Any) -> dict[str, Any]:
    return {"message": "No.", "extensions": {"code": "CLOSED"}, **more}


@pytest.mark.parametrize("path", [["books", -1, "title"], ["books", -5], ["books", True], ["books", 0.5], [{}]])
async def test_an_error_at_no_place_of_an_answer_is_told_without_one(path: list[Any]) -> None:
    async with engine(Service(_erring(_error(path=path)))) as over:
        answer = await ask(over, "{ books { title price } }")
    assert answer["data"] == PRICED
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["books"], "CLOSED")]


async def test_an_error_at_no_entity_costs_nobody_anything() -> None:
    async def near(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.json_response({"data": {"_entities": [None, None]}, "errors": [_error(path=["_entities", -5])]})

    async with remote(Service(answering({"books": BOOKS}))) as far, http_server(Service(near).handle) as url:
        neighbour = HttpSubgraph("near", url)
        answer = await ask(engine_over(far, neighbour), "{ books { title price } }")
        await neighbour.close()
    assert answer["data"] == {"books": [{"title": "Số đỏ", "price": None}, {"title": "Đất rừng", "price": None}]}
    assert [error["path"] for error in answer["errors"]] == [["books"]]


async def test_of_very_many_errors_the_first_thousand_are_told() -> None:
    service = Service(_says(b'{"data": {"far": null}, "errors": [' + b"{}," * 300_000 + b"{}]}"))
    async with remote(service) as far:
        answer = await far.fetch(fetch("{ far }", subgraph="far"), {}, RequestScope())
    assert codes(answer) == ["INTERNAL_SERVER_ERROR"] * 1000 + ["SUBREQUEST_MALFORMED_RESPONSE"]
    assert answer["errors"][-1]["message"] == "far answered 300001 errors: the first 1000 are told"


async def test_an_error_is_as_long_as_a_client_may_read() -> None:
    told = {f"n{n}": n for n in range(100)}
    long = {"message": "m" * 100_000, "extensions": {**told, "code": "CLOSED"}}
    coded = {"message": "db at 10.0.0.7", "extensions": {"code": "A" * 100_000}}
    async with remote(Service(_erring(long, coded, _error(path=["books"] * 1000)))) as far:
        first, second, third = (await far.fetch(fetch("{ far }", subgraph="far"), {}, RequestScope()))["errors"]
    assert first["message"] == "m" * 2000
    assert first["extensions"] == {**{f"n{n}": n for n in range(20)}, "code": "CLOSED", "service": "far"}
    assert (second["message"], second["extensions"]["code"]) == ("Internal error", "INTERNAL_SERVER_ERROR")
    assert "path" not in third


@pytest.mark.parametrize(
    ("media_type", "told"),
    [("text/html", "text/html"), ("text/x-db-10.0.0.7", "something"), ("text/" + "x" * 50, "something")],
)
async def test_a_media_type_is_told_only_where_it_is_a_usual_name(media_type: str, told: str) -> None:
    async with engine(Service(_says(b"{}", media_type)), retries=0) as over:
        answer = await ask(over, "{ far near }")
    assert answer["data"] == {"far": None, "near": "here"}
    assert [error["message"] for error in answer["errors"]] == [f"far answered {told} instead of JSON"]


async def test_a_small_body_that_unpacks_to_a_gigabyte_is_not_unpacked() -> None:
    pack = zlib.compressobj(9, wbits=31)
    packed = b"".join(pack.compress(bytes(10_000_000)) for _ in range(100)) + pack.flush()
    async with engine(Service(_says(packed, **{"content-encoding": "gzip"})), retries=0) as over:
        answer = await ask(over, "{ far near }")
    assert answer["data"] == {"far": None, "near": "here"}
    assert codes(answer) == ["SUBREQUEST_TOO_LARGE"]


async def _head(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(int(length.partition(b":")[2]))


GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
FAR = b'{"data": {"far": "here", "change": "done"}}'


async def _raw(talk: Talk, query: str) -> list[dict[str, Any]]:
    """The answers to the query, asked twice over one pool of connections."""
    async with raw_server(talk) as url, http_server(Service(answering({"near": "here"})).handle) as other:
        far = HttpSubgraph("far", url, settings=RemoteSettings(timeout_s=1, retries=1))
        near = HttpSubgraph("near", other)
        over = engine_over(far, near)
        answers = [await ask(over, query) for _ in range(2)]
        await far.close()
        await near.close()
    return answers


async def test_a_mutation_that_may_have_been_done_is_not_sent_again_and_a_query_is() -> None:
    """The service reads the second request of each connection, and closes without a word."""
    came: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _head(reader)
        came.append("answered")
        writer.write(GOOD % (len(FAR), FAR))
        await _head(reader)
        came.append("closed")

    first, second = await _raw(talk, "mutation { change }")
    assert first == {"data": {"change": "done"}}
    assert (second["data"], codes(second), came) == (
        {"change": None},
        ["SUBREQUEST_HTTP_ERROR"],
        ["answered", "closed"],
    )
    came.clear()
    assert await _raw(talk, "{ far near }") == [{"data": {"far": "here", "near": "here"}}] * 2
    assert came == ["answered", "closed", "answered"]


async def test_what_a_service_says_behind_its_answer_is_nobodys_answer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _head(reader)
        evil = b'{"data": {"far": "evil"}}'
        writer.write(GOOD % (len(FAR), FAR) + GOOD % (len(evil), evil))
        await writer.drain()

    assert await _raw(talk, "{ far near }") == [{"data": {"far": "here", "near": "here"}}] * 2


@pytest.mark.parametrize("part", [b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000])
async def test_a_head_without_end_is_given_up(part: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _head(reader)
        while not writer.is_closing():
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.001)

    for answer in await _raw(talk, "{ far near }"):
        assert answer["data"] == {"far": None, "near": "here"}
        assert codes(answer)[0] in {"SUBREQUEST_HTTP_ERROR", "SUBREQUEST_TIMEOUT"}
