"""Identical anonymous queries at the same time are executed once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping

import orjson

from gateway.execution.program import Program
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.flights import Flights
from gateway.subgraphs.protocol import Subgraph
from identity.actor import ANONYMOUS


class SharedQueries:
    """Executions that others join while they last. Never one of somebody who has signed in.

    Alike are requests with the same program (so the same text, operation, active overrides and denied fields), the same
    variables, and the same values of all headers that any subgraph is given of the client's. Their response is one
    object, which nobody changes.
    """

    def __init__(self, subgraphs: Mapping[str, Subgraph]) -> None:
        # A subgraph in this process is given no headers.
        self._headers = sorted({h for each in subgraphs.values() for h in getattr(each, "passed_headers", ())})
        self._flights: Flights[tuple[GraphQLResponse, dict[str, str]]] = Flights()

    def forget(self) -> None:
        """The data has changed: nobody joins what began before."""
        self._flights.forget()

    async def run(
        self,
        run: Callable[[], Awaitable[GraphQLResponse]],
        program: Program,
        request: GraphQLRequest,
        scope: RequestScope,
    ) -> GraphQLResponse:
        """The response of ``run``, or of one that is on its way for a request that is alike."""
        if scope.actor != ANONYMOUS or (key := self._key(program, request, scope)) is None:
            return await run()

        async def lead() -> tuple[GraphQLResponse, dict[str, str]]:
            return await run(), scope.answer_headers

        response, headers = await self._flights.share(key, lead)
        if headers is not scope.answer_headers:
            scope.answer_headers.update(headers)
        return response

    def _key(self, program: Program, request: GraphQLRequest, scope: RequestScope) -> Hashable:
        try:
            variables = orjson.dumps(request.variables) if request.variables else b""
        except TypeError:
            return None
        return program, variables, tuple(map(scope.headers.get, self._headers))
