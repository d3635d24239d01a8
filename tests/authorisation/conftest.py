"""The cities that are asked: the whole one with its subgraphs' own endpoints, and the one that people sign in to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from gateway.host.manifest import find_manifest
from gateway.host.templates import open_copy
from gateway.server.app import create_app
from gateway.server.serving import listen, server_config
from gateway.server.settings import ServerSettings
from tests.sign_in.browser import Browser, browser
from tests.sign_in.conftest import ServedCity
from tests.sign_in.conftest import served as served


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[ServedCity]:
    """All of plugins.toml, seeded, and /subgraphs/NAME/graphql."""
    city = open_copy(tmp_path, find_manifest(), seed=True)
    settings = ServerSettings(port=0, subgraph_endpoints=True)
    server = uvicorn.Server(server_config(create_app(city, settings), settings))
    with listen(settings) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not (server.started or serving.done()):
            await asyncio.sleep(0.01)
        yield ServedCity(f"http://127.0.0.1:{listening.getsockname()[1]}", city)
        server.should_exit = True
        await serving


@pytest.fixture
async def client(whole: ServedCity) -> AsyncIterator[Browser]:
    """A browser of nobody at the whole city."""
    async with browser(whole.at) as opened:
        yield opened
