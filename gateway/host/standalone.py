"""The engine alone over a supergraph file: no plugins, no database; every subgraph is asked at its URL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.execution.budget import ResponseLimits
from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.planner.supergraph import Supergraph
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.local import LocalSubgraph
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import ANONYMOUS, Actor

# What its subgraphs' lists are like is not known here: their own limits hold.
LIMITS = Limits(list_size=10_000, list_items=10_000, cost=10_000_000, fields=10_000, aliases=1_000, tokens=20_000)
PLAN_WORK = 200_000
RESPONSE_LIMITS = ResponseLimits(values=2_000_000, characters=100_000_000)


class Standalone:
    """Serves any supergraph. ``sdl``: a supergraph of the join specification, with the subgraphs' URLs in it.

    Raises:
        SupergraphError: it is none.
    """

    def __init__(self, sdl: str) -> None:
        supergraph = Supergraph.from_sdl(sdl)
        self._client = HttpClient()
        remotes = {name: HttpSubgraph(name, i.url, client=self._client) for name, i in supergraph.subgraphs.items()}
        self.engine = Engine(
            supergraph, remotes, check=Guard(LIMITS), plan_work=PLAN_WORK, response_limits=RESPONSE_LIMITS
        )

    @classmethod
    def of_file(cls, path: Path) -> Standalone:
        return cls(path.read_text(encoding="utf-8"))

    async def authenticate(self, token: str | None) -> Actor:
        """Nobody signs in at an engine alone: it has no keys to check a token by."""
        return ANONYMOUS

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        return {}

    def missing_services(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        """Nothing is open before it runs."""

    def health(self) -> dict[str, Any]:
        return {"status": "ok", "plugins": {}}

    async def ready(self) -> dict[str, Any]:
        return {"ready": True}

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self._client.close()
