"""uvicorn's HTTP protocol with limits for the head of a request: its time, its bytes, its headers."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.server.refusals import HTTPRefusal
from gateway.server.settings import ServerSettings

HEAD_BYTES_MOST: Final = 64 * 1024
HEADERS_MOST: Final = 100

# A client that is still sending would not see the refusal of a connection that is closed on it.
_LINGER_S: Final = 1.0


class _HeadersTooLarge(Exception):  # noqa: N818, it ends the parser's run and is seen by nobody
    """Raised in a callback of the parser, so that it reads no further."""


class TimedHttp(HttpToolsProtocol):
    """Closes a connection on which no whole head of a request arrives within ``head_timeout_s``, and refuses (431,
    HEADERS_TOO_LARGE) a head of more than ``HEAD_BYTES_MOST`` bytes or ``HEADERS_MOST`` headers.

    A head that arrives in one piece, as nearly all do, costs no timer. What stands between the parts of a body, such
    as trailers, counts as a head does.
    """

    head_timeout_s = 10.0
    _head_timer: asyncio.TimerHandle | None = None
    _in_head = True
    _is_refused = False
    # Bytes that came since the last whole head or piece of a body: the parser keeps them.
    _unseen = 0
    _headers = 0
    _headers_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.head_timeout_s, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._unseen += len(data)
        super().data_received(data)
        if self._unseen > HEAD_BYTES_MOST and not self.transport.is_closing():
            self._refuse()
        elif self._in_head and self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.head_timeout_s, self.transport.abort)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._headers = self._headers_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        self._headers_bytes += len(name) + len(value) + len(": \r\n")
        if self._headers > HEADERS_MOST or self._headers_bytes + len(self.url) > HEAD_BYTES_MOST:
            self._is_refused = True
            raise _HeadersTooLarge
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unseen = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unseen = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unseen = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when the parser has stopped; also when we stopped it."""
        if self._is_refused:
            self._refuse()
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _refuse(self) -> None:
        self._is_refused = True
        self._unseen = 0
        self._stop_timer()
        if self.cycle is not None and not self.cycle.response_complete:
            # An earlier request of this connection has not been answered: a refusal now would be read as its answer.
            self.transport.close()
            return
        self.transport.write(_refusal())
        self.transport.write_eof()
        self._head_timer = self.loop.call_later(_LINGER_S, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _refusal() -> bytes:
    text = f"The head of a request has at most {HEAD_BYTES_MOST} bytes and {HEADERS_MOST} headers."
    body = orjson.dumps(HTTPRefusal(431, "HEADERS_TOO_LARGE", text).as_map())
    head = (
        b"content-type: application/json; charset=utf-8\r\ncontent-length: %d\r\n"
        b"x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return STATUS_LINE[431] + head % len(body) + body


def http_protocol(settings: ServerSettings) -> type[TimedHttp]:
    """The protocol class with the settings' limit."""
    return type("BoundedHttp", (TimedHttp,), {"head_timeout_s": settings.head_timeout_s})
