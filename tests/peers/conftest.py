"""The city of plugins.toml behind a real server, its plugins each at an endpoint of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.host.manifest import find_manifest
from gateway.host.templates import open_copy
from gateway.server.settings import ServerSettings
from tests.server.running import Running


@pytest.fixture(scope="module")
def new_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Running]]:
    """Opens one more city, seeded as every other; ``served`` is it."""
    opened: list[Running] = []

    def open_it() -> Running:
        folder: Path = tmp_path_factory.mktemp("city")
        city = open_copy(folder, find_manifest(), seed=True)
        server = Running(city, ServerSettings(port=0, drain_spread_s=0, subgraph_endpoints=True))
        server.start()
        opened.append(server)
        return server

    yield open_it
    for server in opened:
        server.stop()
