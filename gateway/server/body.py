"""Reading a request: bytes off the connection, then JSON, then a ``GraphQLRequest``; all of it bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from gateway.request import GraphQLRequest
from gateway.server.refusals import HTTPRefusal
from gateway.server.settings import ServerSettings

# What is read and dropped after a body turned out too long, so that the client gets to read the refusal.
_DROPPED_BYTES: Final = 16_000_000


class ClientGone(Exception):  # noqa: N818, a fact about the client
    """The client closed the connection; there is nobody to answer."""


async def read_body(headers: Mapping[str, str], receive: Receive, settings: ServerSettings) -> bytes:
    """The whole body.

    Raises:
        HTTPRefusal: BODY_TOO_LARGE.
        ClientGone: in the middle of the body.
    """
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:18]) > settings.max_body_bytes:
        raise _too_large(settings, close=int(declared[:18]) > _DROPPED_BYTES)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= settings.max_body_bytes:
            parts.append(part)
        if size > _DROPPED_BYTES:
            raise _too_large(settings, close=True)
        if not message.get("more_body", False):
            break
    if size > settings.max_body_bytes:
        raise _too_large(settings, close=False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(settings: ServerSettings, *, close: bool) -> HTTPRefusal:
    text = f"A request has at most {settings.max_body_bytes} bytes."
    return HTTPRefusal(413, "BODY_TOO_LARGE", text, {"Connection": "close"} if close else None)


def request_of_body(body: bytes) -> GraphQLRequest:
    """The request in a JSON body.

    Raises:
        HTTPRefusal: BAD_JSON, BATCH_OFF, BAD_REQUEST, QUERY_MISSING.
    """
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPRefusal(400, "BAD_JSON", "The body is not JSON in UTF-8.") from None
    return request_of(data)


def request_of_url(query_string: bytes, settings: ServerSettings) -> GraphQLRequest:
    """The request in a URL: ``query``, ``operationName``, and ``variables`` and ``extensions`` as JSON.

    Raises:
        HTTPRefusal: URL_TOO_LONG, BAD_URL, BAD_JSON, BAD_REQUEST, QUERY_MISSING.
    """
    if len(query_string) > settings.max_url_bytes:
        raise HTTPRefusal(414, "URL_TOO_LONG", f"A query string has at most {settings.max_url_bytes} bytes.")
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise HTTPRefusal(400, "BAD_URL", "The query string is not percent-encoded UTF-8.") from None
    data: dict[str, Any] = dict(pairs)
    for name in ("variables", "extensions"):
        if text := data.pop(name, ""):
            try:
                data[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise HTTPRefusal(400, "BAD_JSON", f"The parameter {name} is not JSON.") from None
    return request_of(data)


def request_of(data: object) -> GraphQLRequest:
    """The request in the decoded parameters of the GraphQL over HTTP specification; unknown ones are ignored.

    Raises:
        HTTPRefusal: BATCH_OFF, BAD_REQUEST, QUERY_MISSING.
    """
    if isinstance(data, list):
        raise HTTPRefusal(400, "BATCH_OFF", "This server takes one operation a request: send them apart.")
    if not isinstance(data, dict):
        raise HTTPRefusal(400, "BAD_REQUEST", "A request is a JSON object with a query.")
    query = data.get("query")
    if query is None or query == "":
        raise HTTPRefusal(400, "QUERY_MISSING", "The request has no query.")
    if not isinstance(query, str):
        raise HTTPRefusal(400, "BAD_REQUEST", "query is a string.")
    name = data.get("operationName")
    if name is not None and not isinstance(name, str):
        raise HTTPRefusal(400, "BAD_REQUEST", "operationName is a string or null.")
    return GraphQLRequest(query, name or None, _map(data, "variables"), _map(data, "extensions"))


def _map(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise HTTPRefusal(400, "BAD_REQUEST", f"{name} is an object or null.")
    return value
