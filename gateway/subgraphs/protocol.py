"""What the execution asks of a subgraph, wherever it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer


class Subgraph(Protocol):
    """One subgraph of the supergraph, in this process or behind a URL.

    Both methods take a fetch and the values of its variables (the client's, and the representations of its entity
    calls). Neither raises for what the subgraph did: a subgraph that is down, late or wrong answers ``errors`` whose
    ``extensions.code`` says so, and ``data: None``.
    """

    name: str

    async def fetch(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> SubgraphAnswer: ...

    def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]: ...
