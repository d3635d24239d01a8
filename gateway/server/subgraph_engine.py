"""One plugin's own schema behind the server: what a gateway elsewhere asks, ``_service`` and ``_entities`` included."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final, cast

from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, parse, separate_operations, validate

from gateway.execution.errors import (
    BAD_USER_INPUT,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    OPERATION_RESOLUTION_FAILURE,
    RequestError,
)
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.planner.plan import Fetch, OperationKind
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.local import LocalSubgraph

# A gateway sends the keys of a whole level of its tree in one list.
SUBGRAPH_LIMITS: Final = Limits(list_items=10_000, values=200_000, list_size=10_000, fields=10_000, cost=10_000_000)
_KEPT: Final = 500


class SubgraphEngine:
    """Runs operations over one local subgraph, unplanned. An operation is a ``Fetch`` of everything."""

    def __init__(self, subgraph: LocalSubgraph) -> None:
        self._subgraph = subgraph
        self._guard = Guard(SUBGRAPH_LIMITS)
        self._fetches: OrderedDict[tuple[str, str | None], Fetch] = OrderedDict()

    def prepare(self, request: GraphQLRequest) -> Fetch:
        """The operation, parsed and validated.

        Raises:
            RequestError: the text does not parse, is not valid, asks too much, or has no such operation.
        """
        key = (request.query, request.operation_name)
        fetch = self._fetches.get(key)
        if fetch is None:
            fetch = self._fetches[key] = self._parse(request)
            if len(self._fetches) > _KEPT:
                self._fetches.popitem(last=False)
        else:
            self._check(fetch, request)
        return fetch

    def _parse(self, request: GraphQLRequest) -> Fetch:
        try:
            self._guard.check_text(request.query)
            document = parse(request.query, allow_empty_selection_sets=False)
        except GraphQLError as error:
            is_syntax = isinstance(error, GraphQLSyntaxError)
            raise RequestError.of([error], GRAPHQL_PARSE_FAILED if is_syntax else GRAPHQL_VALIDATION_FAILED) from None
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        name = request.operation_name
        chosen = [node for node in operations if name is None or (node.name is not None and node.name.value == name)]
        if len(chosen) != 1:
            raise RequestError.one("Name the one operation to run in operationName", OPERATION_RESOLUTION_FAILURE)
        kind: OperationKind = chosen[0].operation.value
        fetch = Fetch(0, self._subgraph.name, kind, request.query, document)
        self._check(fetch, request)
        if errors := validate(self._subgraph.schema, document, max_errors=25, hide_suggestions=True):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)
        if len(operations) > 1:
            only = separate_operations(document)[name or ""]
            fetch = replace(fetch, document=only, text=f"{request.query}#{name}")
        return fetch

    def _check(self, fetch: Fetch, request: GraphQLRequest) -> None:
        schema = self._subgraph.schema
        if errors := self._guard.check_document(fetch.document, request.operation_name, request.variables, schema):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse:
        """The answer of the plugin's schema. Never raises: a resolver's fault is an error with an id."""
        try:
            fetch = self.prepare(request)
        except RequestError as error:
            return error.response()
        return _response(await self._subgraph.fetch(fetch, request.variables, scope))

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse:
        """The events of a subscription; the one response of a request at fault."""
        try:
            fetch = self.prepare(request)
        except RequestError as error:
            return error.response()
        return self._events(fetch, request, scope)

    async def _events(
        self, fetch: Fetch, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse]:
        answers = cast("Any", self._subgraph.subscribe(fetch, request.variables, scope))
        async with aclosing(answers):
            async for answer in answers:
                yield _response(answer)


def _response(answer: SubgraphAnswer) -> GraphQLResponse:
    errors = answer.get("errors") or []
    data = answer.get("data")
    refused = data is None and any(
        error["extensions"]["code"] == BAD_USER_INPUT and "path" not in error for error in errors
    )
    return GraphQLResponse(data=data, errors=errors, executed=not refused)
