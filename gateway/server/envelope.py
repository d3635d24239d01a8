"""What is around every HTTP request: its id, the security headers of its answer, one line of log."""

from __future__ import annotations

import re
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.server.identification import new_id, valid_id
from gateway.server.settings import ServerSettings
from gateway.server.streams import OpenStreams

log = structlog.get_logger("gateway.access")

OWN_POLICY: Final = "gateway.own_policy"
"""Key of an ASGI scope whose answer brings a Content-Security-Policy of its own."""

OTHER: Final = "other"
_SIGN_IN: Final = ("", "/app", "/callback", "/token", "/refresh", "/act-for", "/logged-out")
_PATHS: Final = frozenset(
    (
        *("/", "/graphql", "/health", "/ready", "/.well-known/jwks.json", "/favicon.ico", "/sign-out"),
        *(f"/sign-in{part}" for part in _SIGN_IN),
    )
)
_SUBGRAPH: Final = re.compile(r"/subgraphs/[a-z][a-z0-9_]{0,63}/graphql\Z")
_METHODS: Final = frozenset(("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"))
_CSP: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Envelope:
    """ASGI middleware. Logs method, known path, status and time; never a query, a header, an address or a token."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, streams: OpenStreams) -> None:
        self._app = app
        self._settings = settings
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = scope["request_id"] = _request_id(scope)
        began = time.perf_counter()
        status = 0

        async def send_enveloped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                headers += _SECURITY
                headers.append((b"x-request-id", name.encode()))
                if OWN_POLICY not in scope:
                    headers.append(_CSP)
                if self._streams.draining:
                    headers.append((b"connection", b"close"))
            await send(message)

        try:
            await self._app(scope, receive, send_enveloped)
        finally:
            self._log(scope, name, status, time.perf_counter() - began)

    def _log(self, scope: Scope, name: str, status: int, took_s: float) -> None:
        mode = self._settings.access_log
        if mode == "off" or (mode == "notable" and 0 < status < 400 and took_s < self._settings.slow_request_s):
            return
        # Status 0: the client left before it was answered.
        log.info(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else OTHER,
            path=known_path(scope["path"]),
            status=status,
            took_ms=round(took_s * 1000, 1),
            request_id=name,
        )


def known_path(path: str) -> str:
    """The path as a log may hold it: one of the server's own, else a word. Clients put tokens and names into paths."""
    if path in _PATHS:
        return path
    if _SUBGRAPH.match(path):
        return "/subgraphs/*/graphql"
    if path.startswith("/questions/"):
        return "/questions/*"
    return "/explorer/*" if path.startswith("/explorer/") else OTHER


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return valid_id(value.decode("latin-1"))
    return new_id()
