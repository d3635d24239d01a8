"""Mutations: one shape of answer for all of them, and what a rule refuses told in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.extensions import FieldExtension

from schema.errors import Refused, UserError

Node = TypeVar("Node")


@strawberry.federation.type(shareable=True, description="What a mutation answers.")
class Payload(Generic[Node]):
    """``node``: what was made or changed, as it is now; null when it was refused."""

    node: Node | None = None
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was done."
    )
    client_mutation_id: str | None = strawberry.field(default=None, description="The client's own, sent back.")


class _TellRefusals(FieldExtension):
    """Turns ``Refused`` into the payload's ``userErrors``."""

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        try:
            payload = await next_(source, info, **kwargs)
        except Refused as refused:
            payload = Payload(node=None, user_errors=[UserError.of(refused)])
        payload.client_mutation_id = getattr(kwargs.get("input"), "client_mutation_id", None)
        return payload


def mutation(*, description: str, scopes: Sequence[str] = (), authenticated: bool = True) -> Any:
    """Decorates an ``async`` mutation resolver that returns a ``Payload``.

    ``scopes``: all of them are needed, checked by the gateway before the plugin is asked. ``authenticated``: somebody
    must be signed in; scopes say so already.
    """
    return strawberry.federation.mutation(
        description=description,
        authenticated=authenticated and not scopes,
        requires_scopes=[list(scopes)] if scopes else [],
        extensions=[_TellRefusals()],
    )
