"""Malformed requests, each with its exact status and code; the server answers the next one as if nothing was."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.server.running import Running

JSON = {"Content-Type": "application/json"}
NEW = {**JSON, "Accept": "application/graphql-response+json"}
HELLO = json.dumps({"query": "{ hello }"}).encode()


class Row(NamedTuple):
    name: str
    status: int
    code: str
    body: Any = None
    headers: dict[str, str] = JSON
    method: str = "POST"
    path: str = "/graphql"


def get(name: str, status: int, code: str, query: str, **headers: str) -> Row:
    return Row(name, status, code, None, headers, "GET", f"/graphql?{query}")


ROWS = [
    # The connection and the media types.
    Row("no content type", 415, "UNSUPPORTED_MEDIA_TYPE", HELLO, {}),
    Row("text/plain", 415, "UNSUPPORTED_MEDIA_TYPE", HELLO, {"Content-Type": "text/plain"}),
    Row(
        "a form", 415, "UNSUPPORTED_MEDIA_TYPE", b"query={hello}", {"Content-Type": "application/x-www-form-urlencoded"}
    ),
    Row("application/graphql", 415, "UNSUPPORTED_MEDIA_TYPE", b"{hello}", {"Content-Type": "application/graphql"}),
    Row("a content type like JSON", 415, "UNSUPPORTED_MEDIA_TYPE", HELLO, {"Content-Type": "application/jsonp"}),
    Row(
        "JSON in the parameter", 415, "UNSUPPORTED_MEDIA_TYPE", HELLO, {"Content-Type": "text/plain; application/json"}
    ),
    Row("a content type of semicolons", 415, "UNSUPPORTED_MEDIA_TYPE", HELLO, {"Content-Type": ";;;"}),
    Row("UTF-16", 415, "UNSUPPORTED_CHARSET", HELLO, {"Content-Type": "application/json; charset=utf-16"}),
    Row("multipart unasked", 403, "CSRF_HEADER_MISSING", b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    Row(
        "multipart with a custom header",
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        b"--x--",
        {"Content-Type": "multipart/form-data; boundary=x", "X-Requested-With": "test"},
    ),
    Row("gzip", 415, "UNSUPPORTED_CONTENT_ENCODING", b"\x1f\x8b\x08\x00", {**JSON, "Content-Encoding": "gzip"}),
    Row("brotli", 415, "UNSUPPORTED_CONTENT_ENCODING", b"\x0b", {**JSON, "Content-Encoding": "br"}),
    Row("accepting images only", 406, "NOT_ACCEPTABLE", HELLO, {**JSON, "Accept": "image/png"}),
    Row("accepting JSON not at all", 406, "NOT_ACCEPTABLE", HELLO, {**JSON, "Accept": "application/json;q=0"}),
    Row("a subscription for plain JSON", 406, "SUBSCRIPTION_NEEDS_STREAM", {"query": "subscription { count(to: 1) }"}),
    Row("PUT", 405, "METHOD_NOT_ALLOWED", HELLO, JSON, "PUT"),
    Row("DELETE", 405, "METHOD_NOT_ALLOWED", None, {}, "DELETE"),
    Row("PATCH", 405, "METHOD_NOT_ALLOWED", HELLO, JSON, "PATCH"),
    Row("OPTIONS without an origin", 405, "METHOD_NOT_ALLOWED", None, {}, "OPTIONS"),
    Row("another path", 404, "NOT_FOUND", HELLO, JSON, "POST", "/graphiql"),
    Row("a method that health has not", 405, "METHOD_NOT_ALLOWED", HELLO, JSON, "POST", "/health"),
    # The body.
    Row("no body", 400, "BAD_JSON", b""),
    Row("half of an object", 400, "BAD_JSON", b'{"query": "{ hello }"'),
    Row("two objects", 400, "BAD_JSON", HELLO + HELLO),
    Row("bad UTF-8", 400, "BAD_JSON", b'{"query": "{ echo(text: \\"\xff\xfe\\") }"}'),
    Row("UTF-16 bytes", 400, "BAD_JSON", '{"query": "{ hello }"}'.encode("utf-16")),
    Row("half of a surrogate pair", 400, "BAD_JSON", b'{"query": "{ echo(text: \\"\\ud800\\") }"}'),
    Row("NaN", 400, "BAD_JSON", b'{"query": "{ hello }", "variables": {"a": NaN}}'),
    Row("a null byte", 400, "BAD_JSON", b"\x00"),
    Row("100,000 brackets", 400, "BAD_JSON", b"[" * 100_000),
    Row("100,000 objects in each other", 400, "BAD_JSON", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    Row("a number", 400, "BAD_REQUEST", b"1"),
    Row("a string", 400, "BAD_REQUEST", b'"{ hello }"'),
    Row("null", 400, "BAD_REQUEST", b"null"),
    Row("an empty list", 400, "BATCH_OFF", []),
    Row("a batch", 400, "BATCH_OFF", [{"query": "{ hello }"}] * 200),
    Row("no query", 400, "QUERY_MISSING", {"operationName": "A"}),
    Row("a null query", 400, "QUERY_MISSING", {"query": None}),
    Row("an empty query", 400, "QUERY_MISSING", {"query": ""}),
    Row("a query that is a number", 400, "BAD_REQUEST", {"query": 7}),
    Row("a query that is a list", 400, "BAD_REQUEST", {"query": ["{ hello }"]}),
    Row("variables that are a string", 400, "BAD_REQUEST", {"query": "{ hello }", "variables": "{}"}),
    Row("variables that are a list", 400, "BAD_REQUEST", {"query": "{ hello }", "variables": []}),
    Row("extensions that are a number", 400, "BAD_REQUEST", {"query": "{ hello }", "extensions": 1}),
    Row("an operationName that is false", 400, "BAD_REQUEST", {"query": "{ hello }", "operationName": False}),
    Row("1 MB and a byte", 413, "BODY_TOO_LARGE", b" " * 1_000_001),
    Row("15 MB", 413, "BODY_TOO_LARGE", {"query": "{ hello }", "variables": {"a": "x" * 15_000_000}}),
    # The document.
    Row("a text of blanks", 400, "GRAPHQL_PARSE_FAILED", {"query": "  \n "}, NEW),
    Row("half a document", 400, "GRAPHQL_PARSE_FAILED", {"query": "{ hello"}, NEW),
    Row("no GraphQL", 400, "GRAPHQL_PARSE_FAILED", {"query": "SELECT * FROM citizen"}, NEW),
    Row("an unterminated string", 400, "GRAPHQL_PARSE_FAILED", {"query": '{ echo(text: "a) }'}, NEW),
    Row("an unterminated block string", 400, "GRAPHQL_PARSE_FAILED", {"query": '{ echo(text: """a) }'}, NEW),
    Row("control characters", 400, "GRAPHQL_PARSE_FAILED", {"query": "{ hello \x07 }"}, NEW),
    Row("a schema", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ hello } type A { b: Int }"}, NEW),
    Row("only a fragment", 400, "OPERATION_RESOLUTION_FAILURE", {"query": "fragment F on Query { hello }"}, NEW),
    Row(
        "two operations unnamed",
        400,
        "OPERATION_RESOLUTION_FAILURE",
        {"query": "query A { hello } query B { hello }"},
        NEW,
    ),
    Row("no such operation", 400, "OPERATION_RESOLUTION_FAILURE", {"query": "{ hello }", "operationName": "B"}, NEW),
    Row("no such field", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ goodbye }"}, NEW),
    Row("no such fragment", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ ...F }"}, NEW),
    Row("a leaf with fields", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ hello { a } }"}, NEW),
    Row("an object without", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ note(id: 1) }"}, NEW),
    Row("an Int that is none", 400, "GRAPHQL_VALIDATION_FAILED", {"query": "{ note(id: 99999999999) { id } }"}, NEW),
    Row("a variable left out", 400, "BAD_USER_INPUT", {"query": "query($i: Int!) { note(id: $i) { id } }"}, NEW),
    Row(
        "a variable of another type",
        400,
        "BAD_USER_INPUT",
        {"query": "query($i: Int!) { note(id: $i) { id } }", "variables": {"i": "1"}},
        NEW,
    ),
    # The URL.
    get("GET without a query", 400, "QUERY_MISSING", "operationName=A"),
    get("a mutation by GET", 405, "MUTATION_BY_GET", "query=mutation%7Badd(text:%22x%22)%7D"),
    get("variables that are no JSON", 400, "BAD_JSON", "query=%7Bhello%7D&variables=%7B"),
    get("variables that are a list in the URL", 400, "BAD_REQUEST", "query=%7Bhello%7D&variables=%5B%5D"),
    get("a URL that is no UTF-8", 400, "BAD_URL", "query=%7Becho(text:%22%FF%22)%7D"),
    get("a URL of 17 KB", 414, "URL_TOO_LONG", "query=%7Bhello%7D&a=" + "a" * 17_000),
    get("a URL of 100 parameters", 400, "BAD_URL", "&".join(["query=%7Bhello%7D"] * 100)),
    # Who asks.
    Row("a forged token", 401, "INVALID_TOKEN", HELLO, {**JSON, "Authorization": "Bearer forged"}),
    Row("a token that has ended", 401, "TOKEN_EXPIRED", HELLO, {**JSON, "Authorization": "Bearer old"}),
    Row("a password", 401, "INVALID_TOKEN", HELLO, {**JSON, "Authorization": "Basic bGFuOmxhbg=="}),
    Row("Bearer of nothing", 401, "INVALID_TOKEN", HELLO, {**JSON, "Authorization": "Bearer "}),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_malformed_request_is_told_what_is_wrong(server: Running, row: Row) -> None:
    answer = server.send(row.body, method=row.method, path=row.path, headers=row.headers)
    assert (answer.status, answer.codes[:1]) == (row.status, [row.code])
    assert set(answer.json) == {"errors"}
    assert server.ask("{ hello }").json == {"data": {"hello": "Xin chào"}}


def test_there_are_fifty_and_more_malformed_requests() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 50


def test_a_refusal_by_method_names_the_methods_that_work(server: Running) -> None:
    assert server.send(method="PUT").headers["allow"] == "GET, POST"
    by_get = server.send(method="GET", path="/graphql?query=mutation%7Badd(text:%22x%22)%7D")
    assert by_get.headers["allow"] == "POST"


def test_a_refused_token_is_challenged(server: Running) -> None:
    answer = server.ask("{ hello }", token="forged")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
