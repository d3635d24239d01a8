"""Requests that never reach the engine: a status, a fixed code, and a body of GraphQL errors all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Send


class HTTPRefusal(Exception):  # noqa: N818, the request is refused; nothing is in error
    """``code``: fixed, UPPER_SNAKE. ``headers``: to send along, such as ``Allow``."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **extensions: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.extensions = extensions

    def as_map(self) -> dict[str, Any]:
        return {"errors": [{"message": self.message, "extensions": {"code": self.code, **self.extensions}}]}


async def send_json(
    send: Send,
    status: int,
    body: Mapping[str, Any] | bytes,
    content_type: bytes = b"application/json; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a whole answer. ``body``: bytes are JSON already."""
    encoded = body if isinstance(body, bytes) else orjson.dumps(body)
    raw = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(encoded)),
        (b"cache-control", b"no-store"),
    ]
    for name, value in (headers or {}).items():
        raw.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": encoded})


def refusal_response(refusal: HTTPRefusal, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal as Starlette's routes answer it. ``headers``: to send besides its own."""
    sent = {**(headers or {}), **refusal.headers}
    return Response(orjson.dumps(refusal.as_map()), refusal.status, sent, "application/json")


async def send_refusal(
    send: Send, refusal: HTTPRefusal, content_type: bytes = b"application/json; charset=utf-8"
) -> None:
    await send_json(send, refusal.status, refusal.as_map(), content_type, refusal.headers)
