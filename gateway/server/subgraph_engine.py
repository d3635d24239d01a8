"""One plugin's own schema behind the server: what a gateway elsewhere asks, ``_service`` and ``_entities`` included.

Whoever asks here gets what the plugin's own ``@authenticated``, ``@requiresScopes`` and ``@policy`` allow, and no more:
a gateway that does not know these directives, or is none at all, cannot ask past them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, cast

from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    graphql_sync,
    parse,
    separate_operations,
    validate,
)

from gateway.execution.authorize import Guards, PolicyCheck
from gateway.execution.budget import ResponseLimits
from gateway.execution.engine import Engine
from gateway.execution.errors import (
    BAD_USER_INPUT,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    OPERATION_RESOLUTION_FAILURE,
    RequestError,
)
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.planner.access import access_of
from gateway.planner.alone import supergraph_alone
from gateway.planner.plan import Fetch, OperationKind
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.errors import SUBGRAPH_UNAVAILABLE
from gateway.subgraphs.local import LocalSubgraph

# A gateway sends the keys of a whole level of its tree in one list.
SUBGRAPH_LIMITS: Final = Limits(list_items=10_000, values=200_000, list_size=10_000, fields=10_000, cost=10_000_000)
RESPONSE_LIMITS: Final = ResponseLimits(values=2_000_000, characters=100_000_000)
PLAN_WORK: Final = 200_000
_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class Whole:
    """An operation to be handed to the subgraph as it is. ``touched``: the guarded coordinates in it."""

    fetch: Fetch
    touched: tuple[str, ...]

    @property
    def kind(self) -> OperationKind:
        return self.fetch.kind


class SubgraphEngine:
    """Runs operations over one local subgraph, unplanned: an operation is a ``Fetch`` of everything.

    One that touches what its actor may not see is planned, by the gateway's own engine over this subgraph alone, which
    answers it as the gateway would: null with an error, and nothing of it resolved. ``policy``: as for ``Engine``.
    """

    def __init__(self, subgraph: LocalSubgraph, policy: PolicyCheck | None = None) -> None:
        self._subgraph = subgraph
        self._policy = policy
        self._guard = Guard(SUBGRAPH_LIMITS)
        self._operations: OrderedDict[tuple[str, str | None], Whole] = OrderedDict()

    @cached_property
    def _engine(self) -> Engine:
        """Made when the endpoint is first asked: most never are, and it takes the whole schema in print.

        Raises:
            RequestError: the subgraph does not tell its SDL, so that nobody knows what of it is guarded.
        """
        subgraph = self._subgraph
        told = graphql_sync(subgraph.schema, "{ _service { sdl } }")
        if told.data is None:
            raise RequestError.one(f"{subgraph.name} does not tell its SDL", SUBGRAPH_UNAVAILABLE)
        supergraph = supergraph_alone(
            subgraph.name, subgraph.schema, access_of(parse(told.data["_service"]["sdl"], no_location=True))
        )
        return Engine(
            supergraph,
            {subgraph.name: subgraph},
            policy=self._policy,
            response_limits=RESPONSE_LIMITS,
            plan_work=PLAN_WORK,
        )

    @cached_property
    def _guards(self) -> Guards:
        supergraph = self._engine.supergraph
        return Guards(supergraph.public_schema, supergraph.access, self._policy)

    def prepare(self, request: GraphQLRequest) -> Whole:
        """The operation, parsed and validated.

        Raises:
            RequestError: the text does not parse, is not valid, asks too much, or has no such operation; or there is
                no SDL of the subgraph to tell what of it is guarded.
        """
        key = (request.query, request.operation_name)
        whole = self._operations.get(key)
        if whole is None:
            fetch, operation = self._parse(request)
            whole = self._operations[key] = Whole(fetch, self._guards.touched(fetch.document, operation))
            if len(self._operations) > _KEPT:
                self._operations.popitem(last=False)
        else:
            self._check(whole.fetch, request)
        return whole

    def _parse(self, request: GraphQLRequest) -> tuple[Fetch, OperationDefinitionNode]:
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
        return fetch, chosen[0]

    def _check(self, fetch: Fetch, request: GraphQLRequest) -> None:
        schema = self._subgraph.schema
        if errors := self._guard.check_document(fetch.document, request.operation_name, request.variables, schema):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse:
        """The answer of the plugin's schema. Never raises: a resolver's fault is an error with an id."""
        try:
            whole = self.prepare(request)
        except RequestError as error:
            return error.response()
        if self._guards.denied(whole.touched, scope):
            return await self._engine.execute(request, scope)
        return _response(await self._subgraph.fetch(whole.fetch, request.variables, scope))

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse:
        """The events of a subscription; the one response of a request at fault."""
        try:
            whole = self.prepare(request)
        except RequestError as error:
            return error.response()
        if self._guards.denied(whole.touched, scope):
            return await self._engine.subscribe(request, scope)
        return self._events(whole.fetch, request, scope)

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
    extensions = answer.get("extensions") or {}
    return GraphQLResponse(data=data, errors=errors, extensions=extensions, executed=not refused)
