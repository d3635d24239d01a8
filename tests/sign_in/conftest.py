"""A city that is served, with development's own VNeID."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.commands.running import free_port
from gateway.host.city import City, open_city
from gateway.host.manifest import find_manifest
from gateway.host.moving import Door
from tests.sign_in.browser import Browser, browser


@dataclass
class ServedCity:
    """``at``: its address. ``city``: for a look behind it."""

    at: str
    city: City


@asynccontextmanager
async def serving(folder: Path, port: int, identity: str = "simulator = true") -> AsyncIterator[ServedCity]:
    """A city of the people of development, with plugins that need no seed. ``identity``: in place of the section."""
    text = find_manifest().read_text(encoding="utf-8")
    head = text[: text.index("[plugins.")].replace("simulator = true", identity)
    (folder / "plugins.toml").write_text(head + "[plugins.vneid]\n[plugins.engagement]\n", encoding="utf-8")
    at = f"http://127.0.0.1:{port}"
    city = open_city(folder / "plugins.toml", seed=True, public_url=at)
    door = Door(city, port, "on")
    await door.open()
    try:
        yield ServedCity(at, city)
    finally:
        await door.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ServedCity]:
    """With development's own VNeID."""
    async with serving(tmp_path, free_port("127.0.0.1")) as city:
        yield city


@pytest.fixture
async def lan(served: ServedCity) -> AsyncIterator[Browser]:
    """A browser that nobody has signed in with yet."""
    async with browser(served.at) as opened:
        yield opened
