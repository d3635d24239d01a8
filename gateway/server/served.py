"""What the server serves: the protocols that the gateway's host and its engine fulfil."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable

from starlette.types import ASGIApp

from gateway.execution.deferral import Deferral
from gateway.planner.plan import OperationKind
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import Actor
from identity.signed import Aim, Back, Pair, Visitor


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


@runtime_checkable
class SessionHolder(Protocol):
    """What is served may have people's sessions."""

    @property
    def sign_on(self) -> SignsOn: ...

    def on_session_end(self, call: Callable[[str], None]) -> None:
        """``call`` is told the id of each session that ends from now on."""


class SignsOn(Protocol):
    """Signs people in and out. ``Refused``, ``ProviderRefused`` and ``ProviderDown`` say why it does not."""

    @property
    def app_redirects(self) -> tuple[str, ...]:
        """Where an app may have its ticket sent."""

    @property
    def simulator(self) -> ASGIApp | None:
        """Development's own provider, under /simulator."""

    async def begin(self, aim: Aim, browser: str) -> str:
        """The provider's address to send the browser to, whose sign-in cookie holds the word ``browser``."""

    async def failed(self, state: str, error: str, iss: str | None, visitor: Visitor) -> tuple[Aim, str]:
        """What a callback with an ``error`` was for, and the code of why it failed; its state is spent."""

    async def finish(self, code: str, state: str, iss: str | None, visitor: Visitor) -> Back:
        """Where a callback with a code goes on."""

    async def redeem(self, ticket: str, verifier: str) -> Pair:
        """An app's ticket for its tokens."""

    async def refresh(self, token: str) -> Pair:
        """A refresh token, spent by this, for new ones."""

    async def actor_of(self, token: str | None) -> Actor:
        """Whose token it is. Raises: InvalidToken: also without one."""

    async def act_for(self, actor: Actor, delegation: str) -> tuple[str, int]:
        """An access token by which ``actor`` acts for who gave them this delegation, and its lifetime in seconds."""

    async def session_of(self, access: str | None, refresh: str | None) -> str:
        """The id of the session that either lets in, were it expired; "" of none."""

    async def sign_out(self, session: str) -> str | None:
        """End a session; the provider's address that ends its own."""

    async def logged_out(self, logout_token: str) -> int:
        """How many sessions the provider's back-channel logout ended."""


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
