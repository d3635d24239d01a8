"""Whatever is wrong with one service costs its own fields: null, a fixed code, its name; the rest is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from gateway.execution.engine import Engine
from gateway.subgraphs.remote import HttpSubgraph
from gateway.subgraphs.settings import RemoteSettings
from tests.execution.servers import http_server, raw_server
from tests.subgraphs.upstreams import Reply, Service, after, answering, ask, engine, engine_over, status

QUERY = "{ far near }"


async def _reset(request: web.Request, _body: Any) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _half(request: web.Request, _body: Any) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "application/json", "content-length": "1000"})
    await response.prepare(request)
    await response.write(b'{"data": {"far": "ha')
    assert request.transport is not None
    request.transport.close()
    return response


def _says(text: str, media_type: str = "application/json", code: int = 200) -> Reply:
    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        return web.Response(text=text, content_type=media_type, status=code)

    return reply


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (status(503), "SUBREQUEST_HTTP_ERROR"),
        (status(500), "SUBREQUEST_HTTP_ERROR"),
        (_reset, "SUBREQUEST_HTTP_ERROR"),
        (after(5, answering({"far": "late"})), "SUBREQUEST_TIMEOUT"),
        (_half, "SUBREQUEST_MALFORMED_RESPONSE"),
        (_says("<html>", "text/html"), "SUBREQUEST_MALFORMED_RESPONSE"),
        (_says('{"data": {"far": '), "SUBREQUEST_MALFORMED_RESPONSE"),
        (_says('{"data": null}'), "SUBREQUEST_MALFORMED_RESPONSE"),
        (_says('{"data": {"far": "' + "x" * 10_000_000 + '"}}'), "SUBREQUEST_TOO_LARGE"),
        (_says('{"errors": [{"message": "Not now.", "extensions": {"code": "CLOSED"}}]}'), "CLOSED"),
        (_says('{"errors": [{"message": "db at 10.0.0.7"}]}'), "INTERNAL_SERVER_ERROR"),
    ],
    ids=[
        *("503", "500", "reset", "slow", "half a body", "html", "cut JSON", "neither data nor errors", "10 MB"),
        *("errors without data", "errors that are not for clients"),
    ],
)
async def test_a_fault_of_one_service_nulls_its_field_and_no_other(reply: Reply, code: str) -> None:
    async with engine(Service(reply), timeout_s=0.3, retries=0, size_max_bytes=1_000_000) as over:
        answer = await ask(over, QUERY)
    assert answer["data"] == {"far": None, "near": "here"}
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"], error["extensions"]["service"]) == (["far"], code, "far")
    assert "10.0.0.7" not in str(answer)


async def test_a_value_of_the_wrong_type_is_null_at_its_place() -> None:
    async with engine(Service(answering({"far": {"deep": 1}}))) as over:
        answer = await ask(over, QUERY)
    assert answer["data"] == {"far": None, "near": "here"}
    assert [(e["path"], e["extensions"]["code"]) for e in answer["errors"]] == [(["far"], "RESPONSE_VALIDATION_FAILED")]


async def test_a_service_that_is_down_nulls_what_it_adds_to_others_entities() -> None:
    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None: ...

    books = [
        {"__typename": "Book", "id": "1", "title": "Số đỏ"},
        {"__typename": "Book", "id": "2", "title": "Đất rừng"},
    ]
    async with raw_server(silent) as gone, http_server(Service(answering({"books": books})).handle) as url:
        far = HttpSubgraph("far", url)
        near = HttpSubgraph("near", gone, settings=RemoteSettings(retries=0))
        over: Engine = engine_over(far, near)
        answer = await ask(over, "{ books { title price } }")
        await far.close()
        await near.close()
    assert answer["data"] == {"books": [{"title": "Số đỏ", "price": None}, {"title": "Đất rừng", "price": None}]}
    assert [(e["path"], e["extensions"]) for e in answer["errors"]] == [
        (["books"], {"code": "SUBREQUEST_HTTP_ERROR", "service": "near"})
    ]
