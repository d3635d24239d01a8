"""What an operator may set of a subgraph behind a URL; every default is meant for a service of one's own network."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field

from gateway.subgraphs.headers import checked_answer_header, checked_client_header

ClientHeader = Annotated[str, AfterValidator(checked_client_header)]
AnswerHeader = Annotated[str, AfterValidator(checked_answer_header)]


class RemoteSettings(BaseModel, extra="forbid"):
    """Settings of one remote subgraph.

    ``timeout_s``: for one attempt; the time left of the client's whole request shortens it. ``retries``: of a query
    that found no connection, no time or a server that is restarting; a mutation is never sent twice.
    ``headers``: the client's headers that go along; who asks goes along always, as a token of the gateway's.
    ``answer_headers``: the service's headers that the client gets.
    ``size_max_bytes``: of a decoded answer, and of one event of a subscription.
    ``subscriptions``: graphql-transport-ws, or GraphQL over Server-Sent Events (a connection each).
    ``circuit_failures``: in a row, after which the service is left alone for ``circuit_wait_s``.
    """

    timeout_s: float = Field(default=10.0, gt=0, le=300)
    retries: int = Field(default=2, ge=0, le=10)
    headers: tuple[ClientHeader, ...] = ()
    answer_headers: tuple[AnswerHeader, ...] = ()
    size_max_bytes: int = Field(default=10 * 1024 * 1024, ge=1)
    subscriptions: Literal["ws", "sse"] = "ws"
    circuit_failures: int = Field(default=5, ge=1)
    circuit_wait_s: float = Field(default=10.0, gt=0)


DEFAULTS: Final = RemoteSettings()
