"""What the execution asks of a subgraph, wherever it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from graphql import GraphQLSchema

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer


class Subgraph(Protocol):
    """One subgraph of the supergraph, in this process or behind a URL.

    Both methods take a fetch and the values of its variables (the client's, and the representations of its entity
    calls). Neither raises for what the subgraph did: a subgraph that is down, late or wrong answers ``errors`` whose
    ``extensions.code`` says so, and ``data: None``. The errors are written for clients already: nothing in them needs
    masking, and a path in them is the path in the subgraph's answer. An answer belongs to the caller, who changes it:
    one that is kept or given twice must be copied.

    ``schema``: the schema that its answers are certain to keep; None when every value must be checked.
    """

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> GraphQLSchema | None: ...

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer: ...

    def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]: ...
