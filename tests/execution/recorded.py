"""A city of four subgraphs whose fetches are recorded, and that can be down or slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from gateway.execution.engine import Engine
from gateway.planner.plan import Fetch
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.protocol import Subgraph
from tests.federation.city import city_subgraphs, city_supergraph
from tests.federation.memory import Behaviour

SUPERGRAPH = city_supergraph()


class Recorder:
    """A subgraph before another: keeps what is sent, and can be down or slow."""

    def __init__(self, inner: Subgraph, log: list[tuple[str, dict[str, Any]]]) -> None:
        self.name = inner.name
        self.schema = inner.schema
        self.down = False
        self.raises = False
        self.gate: asyncio.Barrier | None = None
        self._inner = inner
        self._log = log

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        self._log.append((self.name, dict(variables)))
        if self.gate is not None:
            await self.gate.wait()
        if self.raises:
            raise RuntimeError("password=hunter2")
        if self.down:
            return {"data": None, "errors": [{"message": "down", "extensions": {"code": "SUBREQUEST_HTTP_ERROR"}}]}
        return await self._inner.fetch(fetch, variables, scope)

    def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        return self._inner.subscribe(fetch, variables, scope)


class City:
    """An engine over recorders. ``log``: the subgraph and the variables of each fetch, in the order they were sent."""

    def __init__(self, own: Mapping[str, Behaviour] | None = None, **settings: Any) -> None:
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.subgraphs = {name: Recorder(inner, self.log) for name, inner in city_subgraphs(own).items()}
        self.engine = Engine(SUPERGRAPH, self.subgraphs, **settings)

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> GraphQLResponse:
        return await self.engine.execute(GraphQLRequest(query, operation_name, variables or {}), RequestScope())
