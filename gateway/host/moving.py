"""The test kit's other city: one plugin served by itself, over real HTTP, and all else as ever.

``pytest --moved feedback`` runs any test of a city so.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import uvicorn

from gateway.host.city import City
from gateway.host.service import PluginService
from gateway.host.templates import open_moved_copy, open_service_copy
from gateway.server.app import create_app
from gateway.server.served import Served
from gateway.server.serving import listen, server_config
from gateway.server.settings import ServerSettings


def lists(config: Path, name: str) -> bool:
    """Whether the plugins.toml has the plugin, in this process so far."""
    return _moved_text(config, name, "") != config.read_text(encoding="utf-8")


@asynccontextmanager
async def moved_city(
    folder: Path, config: Path, name: str, *, seed: bool, **overrides: Any
) -> AsyncIterator[tuple[City, PluginService]]:
    """A running city over ``config``, and the service of the plugin ``name``, which asks it at its own port."""
    gateway_port, service_port = _ports()
    state: dict[str, Any] = {"seed": seed, **overrides}
    service = open_service_copy(folder, config, name, f"http://127.0.0.1:{gateway_port}", **state)
    moved = folder / "moved.toml"
    moved.write_text(_moved_text(config, name, f"http://127.0.0.1:{service_port}/graphql"), encoding="utf-8")
    doors = [Door(service, service_port, "on")]
    try:
        await doors[0].open()
        # In a thread, since it asks the service for its SDL.
        city = await asyncio.to_thread(open_moved_copy, folder, config, moved, **state)
        async with city.lifespan():
            doors.append(Door(city, gateway_port, "off"))
            await doors[1].open()
            yield city, service
    finally:
        await asyncio.gather(*(door.close() for door in doors))


def _moved_text(config: Path, name: str, url: str) -> str:
    text = config.read_text(encoding="utf-8")
    return re.sub(rf"(?m)^\[plugins\.{name}\]$(?!\n(url|enabled|module))", f'[plugins.{name}]\nurl = "{url}"', text)


@cache
def _ports() -> tuple[int, int]:
    """Two that are free, the same for all tests: what is made of one plugins.toml is made once."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


class Door:
    """A server on a port, in the test's own event loop. ``lifespan``: off where the caller enters it."""

    def __init__(self, served: Served, port: int, lifespan: Literal["on", "off"]) -> None:
        settings = ServerSettings(port=port)
        config = server_config(create_app(served, settings), settings)
        config.lifespan = lifespan
        self._server = uvicorn.Server(config)
        self._socket = listen(settings)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name=f"serving at {port}")

    async def open(self) -> None:
        while not (self._server.started or self._serving.done()):  # noqa: ASYNC110, uvicorn has no event for it
            await asyncio.sleep(0)

    async def close(self) -> None:
        self._server.should_exit = True
        await self._serving
        self._socket.close()
