"""uvicorn's HTTP protocol with a time limit for the head of a request, without which an idle connection stays."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.server.settings import ServerSettings


class TimedHttp(HttpToolsProtocol):
    """Closes a connection on which no whole head of a request arrives within ``head_timeout_s``.

    A head that arrives in one piece, as nearly all do, costs no timer.
    """

    head_timeout_s = 10.0
    _head_timer: asyncio.TimerHandle | None = None
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.head_timeout_s, transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.head_timeout_s, self.transport.abort)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def http_protocol(settings: ServerSettings) -> type[TimedHttp]:
    """The protocol class with the settings' limit."""
    return type("BoundedHttp", (TimedHttp,), {"head_timeout_s": settings.head_timeout_s})
