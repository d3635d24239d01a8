"""Subgraphs behind HTTP: what works, and everything that can be wrong with an answer, over a real socket."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from aiohttp import web

from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.remote import Credentials, HttpSubgraph, no_credentials
from gateway.subgraphs.settings import RemoteSettings
from identity.actor import Actor
from tests.execution.hand import fetch
from tests.execution.servers import Handler, http_server, raw_server

HELLO = fetch("query ($n: Int) { hello(n: $n) }", subgraph="far", variables=("n",))


async def _ask(
    url: str, scope: RequestScope | None = None, credentials: Credentials = no_credentials, **settings: Any
) -> SubgraphAnswer:
    subgraph = HttpSubgraph("far", url, settings=RemoteSettings(retries=0, **settings), credentials=credentials)
    try:
        return await subgraph.fetch(HELLO, {"n": 1}, scope or RequestScope())
    finally:
        await subgraph.close()


def _answering(body: bytes, *, status: int = 200, media_type: str = "application/json") -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=media_type)

    return handler


def _failed(code: str, message: str, **extensions: Any) -> SubgraphAnswer:
    return {
        "data": None,
        "errors": [{"message": message, "extensions": {"code": code, "service": "far", **extensions}}],
    }


async def test_a_fetch_is_one_post_with_the_text_and_its_variables() -> None:
    seen: list[tuple[str, str, Any]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.headers["x-actor"], orjson.loads(await request.read())))
        return web.json_response({"data": {"hello": "xin chào"}}, content_type="application/graphql-response+json")

    async with http_server(handler) as url:
        answer = await _ask(url, RequestScope(Actor(id="lan")), credentials=lambda actor: {"x-actor": actor.id})
    assert answer == {"data": {"hello": "xin chào"}}
    assert seen == [("POST", "lan", {"query": HELLO.text, "variables": {"n": 1}})]


async def test_connections_are_kept_and_cookies_are_not() -> None:
    peers: list[Any] = []
    cookies: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        cookies.append(request.headers.get("cookie"))
        response = web.json_response({"data": {}})
        response.set_cookie("session", "of-someone-else")
        return response

    client = HttpClient()
    async with http_server(handler) as url:
        subgraph = HttpSubgraph("far", url, client=client)
        for _ in range(3):
            assert await subgraph.fetch(HELLO, {}, RequestScope()) == {"data": {}}
        await client.close()
    assert len(peers) == 3
    assert len(set(peers)) == 1
    assert cookies == [None, None, None]


async def test_nobody_listens() -> None:
    async with raw_server(lambda _reader, _writer: asyncio.sleep(0)) as url:
        pass
    assert await _ask(url) == _failed("SUBREQUEST_HTTP_ERROR", "far could not be reached")


async def test_a_slow_service_is_given_up_in_time() -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    loop = asyncio.get_running_loop()
    async with http_server(handler) as url:
        for scope, settings in [
            (RequestScope(), {"timeout_s": 0.05}),
            (RequestScope(deadline=loop.time() + 0.1), {}),
        ]:
            began = loop.time()
            answer = await _ask(url, scope, **settings)
            assert answer == _failed("SUBREQUEST_TIMEOUT", "far did not answer in time")
            assert loop.time() - began < 5


@pytest.mark.parametrize(
    ("handler", "code", "message", "extensions"),
    [
        (
            _answering(b"<html>", status=502, media_type="text/html"),
            "SUBREQUEST_HTTP_ERROR",
            "far answered HTTP 502",
            {"status": 502},
        ),
        (_answering(b"{}", status=500), "SUBREQUEST_HTTP_ERROR", "far answered HTTP 500", {"status": 500}),
        (
            _answering(b"<html>", media_type="text/html"),
            "SUBREQUEST_MALFORMED_RESPONSE",
            "far answered text/html instead of JSON",
            {},
        ),
        (_answering(b'{"data": {'), "SUBREQUEST_MALFORMED_RESPONSE", "far answered what is not JSON", {}),
        (_answering(b""), "SUBREQUEST_MALFORMED_RESPONSE", "far answered what is not JSON", {}),
        (
            _answering(b"[1]"),
            "SUBREQUEST_MALFORMED_RESPONSE",
            "far answered JSON that is not a response map",
            {},
        ),
        (
            _answering(b'{"data": [1]}'),
            "SUBREQUEST_MALFORMED_RESPONSE",
            "far answered data that is not an object",
            {},
        ),
        (
            _answering(b'{"data": {}, "errors": "many"}'),
            "SUBREQUEST_MALFORMED_RESPONSE",
            "far answered errors that are not a list",
            {},
        ),
        (
            _answering(b'{"data": null}'),
            "SUBREQUEST_MALFORMED_RESPONSE",
            "far answered neither data nor errors",
            {},
        ),
        (
            _answering(b'{"data": {"hello": "' + b"x" * 2000 + b'"}}'),
            "SUBREQUEST_TOO_LARGE",
            "far answered more than 1000 bytes",
            {},
        ),
    ],
)
async def test_an_answer_that_is_no_response_is_one_error_with_a_fixed_code(
    handler: Handler, code: str, message: str, extensions: dict[str, Any]
) -> None:
    async with http_server(handler) as url:
        assert await _ask(url, size_max_bytes=1000) == _failed(code, message, **extensions)


async def test_an_endless_answer_is_cut_off() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 1000)
        except ConnectionError:
            return response

    async with http_server(handler) as url:
        assert await _ask(url, size_max_bytes=50_000) == _failed(
            "SUBREQUEST_TOO_LARGE", "far answered more than 50000 bytes"
        )


async def test_half_a_body_is_not_taken_for_a_whole() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"data": {}}')
        await writer.drain()

    async with raw_server(talk) as url:
        assert await _ask(url) == _failed("SUBREQUEST_MALFORMED_RESPONSE", "far broke off its answer")


async def test_what_is_not_http_is_an_error() -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()

    async with raw_server(talk) as url:
        assert await _ask(url) == _failed("SUBREQUEST_HTTP_ERROR", "far could not be reached")


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/graphql")

    async with http_server(handler) as url:
        assert await _ask(url) == _failed("SUBREQUEST_HTTP_ERROR", "far answered HTTP 307", status=307)
    assert asked == ["/graphql"]


async def test_errors_for_clients_pass_and_all_others_are_masked() -> None:
    errors = [
        {
            "message": "Not your ward.",
            "path": ["hello"],
            "locations": [{"line": 9, "column": 9}],
            "extensions": {"code": "NOT_YOURS", "stacktrace": ["at db.js"]},
        },
        {"message": "connect ECONNREFUSED 10.0.0.7:5432", "path": ["hello"]},
        {"message": "secret", "extensions": {"code": "INTERNAL_SERVER_ERROR"}},
        "not even a map",
    ]
    body = orjson.dumps({"data": {"hello": None}, "errors": errors})
    async with http_server(_answering(body)) as url:
        answer = await _ask(url)
    assert answer["data"] == {"hello": None}
    first, *masked = answer["errors"]
    assert first == {
        "message": "Not your ward.",
        "extensions": {"code": "NOT_YOURS", "service": "far"},
        "path": ["hello"],
    }
    assert [error["message"] for error in masked] == ["Internal error"] * 3
    assert [error["extensions"]["code"] for error in masked] == ["INTERNAL_SERVER_ERROR"] * 3
    assert [error.get("path") for error in masked] == [["hello"], None, None]
    for text in ("ECONNREFUSED", "secret", "stacktrace", "locations"):
        assert text not in str(answer)


async def test_an_error_status_with_the_media_type_of_graphql_is_a_response() -> None:
    body = b'{"errors": [{"message": "No.", "extensions": {"code": "NOT_NOW"}}]}'
    handler = _answering(body, status=400, media_type="application/graphql-response+json")
    async with http_server(handler) as url:
        answer = await _ask(url)
    assert answer == _failed("NOT_NOW", "No.")
