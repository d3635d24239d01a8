"""The engine in the shape of a schema, as Strawberry's protocol views want one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from strawberry.schema.config import StrawberryConfig

from gateway.execution.errors import RequestError
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.server.served import Engine


class GatewaySchema:
    """What the views need of a Strawberry schema: its configuration, and ``stream``.

    ``engine``: called for every operation, so that an engine exchanged meanwhile is used from the next one on.
    """

    config = StrawberryConfig(batching_config=None)

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    async def stream(self, request: GraphQLRequest, scope: RequestScope) -> AsyncGenerator[GraphQLResponse, None]:
        """The responses of one operation: one of a query or mutation, any number of a subscription.

        One whose ``executed`` is false is the only one.
        """
        engine = self._engine()
        try:
            kind = engine.prepare(request).kind
        except RequestError as error:
            yield error.response()
            return
        if kind == "subscription":
            scope.deadline = None
        else:
            yield await engine.execute(request, scope)
            return
        answer = await engine.subscribe(request, scope)
        if isinstance(answer, GraphQLResponse):
            yield answer
            return
        try:
            async for response in answer:
                yield response
        finally:
            if (close := getattr(answer, "aclose", None)) is not None:
                await close()
