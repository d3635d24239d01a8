"""What the server serves: the protocols that the gateway's host and its engine fulfil."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable

from gateway.execution.deferral import Deferral
from gateway.planner.plan import OperationKind
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import Actor


class Operation(Protocol):
    """What the server asks of an operation before it is run."""

    @property
    def kind(self) -> OperationKind: ...


class Engine(Protocol):
    """Runs operations. A request that is itself at fault is answered with ``executed`` false, never raised."""

    def prepare(self, request: GraphQLRequest) -> Operation:
        """The operation of ``request``, ready to run.

        Raises:
            RequestError: the request is at fault.
        """

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse: ...

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse: ...


@runtime_checkable
class PartsEngine(Engine, Protocol):
    """An engine that also answers in parts."""

    async def execute_in_parts(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse | Deferral:
        """A ``Deferral`` has begun and is to be closed."""


class Served(Protocol):
    """What stands behind the server. ``engine`` is read for every operation, so it may be exchanged at any time."""

    @property
    def engine(self) -> Engine: ...

    def health(self) -> Mapping[str, Any]:
        """``{"status": "ok" or "degraded", "plugins": {name: ...}}``: who is in, who is out and why."""

    async def ready(self) -> Mapping[str, Any]:
        """``{"ready": bool, ...}``: whether requests should be sent here."""

    async def authenticate(self, token: str | None) -> Actor:
        """Whose ``token`` it is; nobody's without one.

        Raises:
            InvalidToken: INVALID_TOKEN or TOKEN_EXPIRED.
        """

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        """The plugins in this process, by name."""

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """Entered before the first request, left after the last."""
