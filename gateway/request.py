"""What comes in, what goes out, and what goes along: the values between server, execution and subgraphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from identity.actor import ANONYMOUS, Actor


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """An operation as the client sent it."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RequestScope:
    """What goes along with one operation, to every subgraph that it asks. Never shared by two operations.

    ``headers``: the client's, names in lower case. ``deadline``: on the event loop's clock, None is without.
    ``contexts``: one resolver context per subgraph, made by the subgraph on first use.
    ``answer_headers``: what subgraphs give to go with the client's answer, names in lower case.
    ``resume_after``: the id of the last event that a reconnecting event stream got, for a subscription that does not
    say ``after`` itself; as the client sent it.
    """

    actor: Actor = ANONYMOUS
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float | None = None
    contexts: dict[str, Any] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)
    resume_after: str | None = None


class SubgraphAnswer(TypedDict, total=False):
    """What a subgraph answers: the GraphQL response map, decoded."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    extensions: dict[str, Any]


@dataclass(slots=True)
class GraphQLResponse:
    """The response map, and whether execution began (if not, the request itself was at fault: HTTP 400)."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    executed: bool = True

    def as_map(self) -> dict[str, Any]:
        """The map of the specification: ``data`` is absent when execution never began, empty parts are left out."""
        out: dict[str, Any] = {}
        if self.errors:
            out["errors"] = self.errors
        if self.executed:
            out["data"] = self.data
        if self.extensions:
            out["extensions"] = self.extensions
        return out
