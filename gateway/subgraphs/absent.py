"""A subgraph that is not there: its part of the graph stays valid, and every fetch answers why it is out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from graphql import GraphQLSchema

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.errors import SUBGRAPH_UNAVAILABLE, fault


class AbsentSubgraph:
    """Stands for a plugin that was left out. Its links answer null with an error; the rest of the graph answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.schema: GraphQLSchema | None = None

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        return {"data": None, "errors": [self._error()]}

    async def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        yield {"data": None, "errors": [self._error()]}

    def _error(self) -> dict[str, Any]:
        # Why it is out is for operators (/health, check); a client is told that it is.
        return fault(self.name, SUBGRAPH_UNAVAILABLE, f"{self.name} is not available now.")
