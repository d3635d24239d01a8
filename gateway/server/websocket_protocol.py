"""uvicorn's WebSocket protocol with a bounded queue for each reader; one that lags behind is closed."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from gateway.server.settings import ServerSettings

LAGGING: Final = 4430
"""Close code for a reader too slow for its queue. Clients may connect again and resume after their last event id."""

_ABORT_AFTER_S: Final = 5.0
_UNREADABLE: Final = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class QueuedWebSocket(WebSocketsSansIOProtocol):
    """Queues up to a bound what a peer is too slow for, then makes the sender wait, then gives the peer up.

    The stock protocol makes the sender wait from the first byte, and for ever. Compression stays off: it would cost
    43 to 80 KB a socket, and one frame could not be written without the connection's own state.
    """

    queue_messages = 256
    queue_bytes = 1_000_000
    lag_timeout_s = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._room = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated and not self.transport.is_closing():
            # A header too long, or too many: the stock protocol would leave such a client waiting for ever.
            self.transport.write(_UNREADABLE)
            self.transport.close()

    async def send(self, message: Any) -> None:
        if not self.handshake_complete or self.initial_response is not None:
            await super().send(message)
        elif self.disconnected or self.close_sent:
            raise ClientDisconnected
        elif message["type"] == "websocket.send":
            text = message.get("text")
            await self._send_or_queue(text.encode() if text is not None else message["bytes"])
        else:
            self._close(message.get("code") or 1000, message.get("reason") or "")

    async def _send_or_queue(self, data: bytes) -> None:
        if not self.writable.is_set() and self._is_full():
            await self._wait_for_room()
        if self.writable.is_set():
            self._write(data)
        else:
            self._waiting.append(data)
            self._waiting_bytes += len(data)

    def _is_full(self) -> bool:
        return len(self._waiting) >= self.queue_messages or self._waiting_bytes >= self.queue_bytes

    async def _wait_for_room(self) -> None:
        try:
            async with asyncio.timeout(self.lag_timeout_s):
                while self._is_full():
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            if not self.close_sent:
                self._close(LAGGING, "Lagging: connect again and resume after your last event id")
        if self.disconnected or self.close_sent:
            raise ClientDisconnected

    def _write(self, data: bytes) -> None:
        if self.conn.state is not State.OPEN:
            raise ClientDisconnected
        # A whole text frame, unmasked, without extensions: there is nothing in it that ``conn`` would have to know.
        self.transport.write(_frame_head(len(data)) + data)

    def resume_writing(self) -> None:
        super().resume_writing()
        while self._waiting and self.writable.is_set() and not self.close_sent:
            data = self._waiting.popleft()
            self._waiting_bytes -= len(data)
            try:
                self._write(data)
            except ClientDisconnected:
                self._drop()
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._drop()

    def _drop(self) -> None:
        """Drop what waits, and let go of the senders that wait for room."""
        self._waiting.clear()
        self._waiting_bytes = 0
        self._room.set()

    def _close(self, code: int, reason: str) -> None:
        """Say goodbye behind what is in the transport already; hang up on a peer that does not read even that."""
        self._drop()
        self.stop_keepalive()
        if self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = asyncio.get_running_loop().call_later(_ABORT_AFTER_S, self.transport.abort)


def _frame_head(size: int) -> bytes:
    """The head of a server's final text frame (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def websocket_protocol(settings: ServerSettings) -> type[QueuedWebSocket]:
    """The protocol class with the settings' bounds."""
    bounds = {
        "queue_messages": settings.send_queue_messages,
        "queue_bytes": settings.send_queue_bytes,
        "lag_timeout_s": settings.lag_timeout_s,
    }
    return type("BoundedWebSocket", (QueuedWebSocket,), bounds)
