"""Runs the application: uvicorn, tuned, ending gracefully."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette

from gateway.server.app import create_app
from gateway.server.http_protocol import http_protocol
from gateway.server.served import Served
from gateway.server.settings import ServerSettings
from gateway.server.streams import OpenStreams
from gateway.server.websocket_protocol import websocket_protocol

log = structlog.get_logger("gateway.server")

_UNACKNOWLEDGED_MS: Final = 30_000


class GracefulServer(uvicorn.Server):
    """At SIGTERM uvicorn closes every socket at once; this one says first that it is not ready, then spreads it out."""

    def __init__(self, app: Starlette, settings: ServerSettings) -> None:
        super().__init__(server_config(app, settings))
        self._settings = settings
        self._streams: OpenStreams = app.state.streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What stands after the start stays: the collector need not walk through it again and again.
        gc.collect()
        gc.freeze()
        # An answer of a thousand objects is no heap of garbage: at the default of 700 it is walked through while it is
        # made, for a tenth of a request's time.
        gc.set_threshold(10_000, 20, 20)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.draining = True
        log.info("draining", streams=len(self._streams), wait_s=self._settings.drain_wait_s)
        await self._unless_forced(asyncio.sleep(self._settings.drain_wait_s))
        for server in self.servers:
            server.close()
        await self._unless_forced(self._streams.drain(self._settings.drain_spread_s))
        await super().shutdown(sockets)

    async def _unless_forced(self, step: Awaitable[None]) -> None:
        """Wait for one step of the end, unless a second signal asks for haste."""
        task = asyncio.ensure_future(step)
        while not task.done() and not self.force_exit:
            await asyncio.wait({task}, timeout=0.1)
        task.cancel()


def serve(
    served: Served, settings: ServerSettings | None = None, *, on_listening: Callable[[str], None] | None = None
) -> None:
    """Serve until a signal ends the process. ``on_listening`` is told the URL once connections are accepted."""
    settings = settings or ServerSettings()
    app = create_app(served, settings)
    with listen(settings) as listener:
        host, port = listener.getsockname()[:2]
        url = f"http://{host}:{port}/graphql"
        log.info("serving", url=url)
        if on_listening is not None:
            on_listening(url)
        GracefulServer(app, settings).run(sockets=[listener])


def listen(settings: ServerSettings) -> socket.socket:
    """The listening socket. A peer that stops reading is dropped by the kernel after half a minute, where it can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)
    return listener


def server_config(app: Starlette, settings: ServerSettings) -> uvicorn.Config:
    """What uvicorn is to do for ``app``."""
    for name in ("uvicorn", "uvicorn.error"):
        # Its lines hold addresses and query strings; ours say what is worth saying.
        logging.getLogger(name).setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=http_protocol(settings),
        ws=websocket_protocol(settings),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=settings.max_body_bytes,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=round(settings.drain_timeout_s),
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
