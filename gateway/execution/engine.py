"""The engine: a supergraph and its subgraphs, ready to answer. The one door of the execution."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

from graphql import DocumentNode

from gateway.execution.authorize import Guards, PolicyCheck
from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.execution.chosen import request_variables
from gateway.execution.deferral import Deferral
from gateway.execution.errors import OPERATION_RESOLUTION_FAILURE, PLAN_LIMIT, Mask, RequestError
from gateway.execution.errors import mask as default_mask
from gateway.execution.execute import Execution
from gateway.execution.operations import NO_DEFERS, NO_LABELS, OperationCache, Prepared, RequestCheck
from gateway.execution.overrides import ActiveLabels, percent_labels
from gateway.execution.program import Program
from gateway.execution.project import DEFAULT_LIMITS
from gateway.execution.sharing import SharedQueries
from gateway.execution.subscribe import event_responses
from gateway.planner import PlanLimitError, explain, plan_operation
from gateway.planner.defer import NOTHING_DEFERRED, Deferred, holding
from gateway.planner.plan import Plan
from gateway.planner.public import with_defer
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.protocol import Subgraph

Witness = Callable[[Prepared, RequestScope], Awaitable[None]]


class Engine:
    """A supergraph and its subgraphs, ready to answer.

    ``check``: what the guard refuses of a text, a document (depth, cost) or its variables; nothing without one.
    ``cache_size``: operations kept. ``mask``: the error for an exception that is a fault of ours. ``policy``: whether a
    named ``@policy`` holds; without it no policy does. ``overrides``: the labels of progressive overrides that are
    active for an operation; by default each ``percent(n)`` for its share of them. ``event_timeout_s``: for the fetches
    of a subscription's event. ``response_limits``: above them the answer is RESPONSE_LIMIT. ``plan_work``: above it a
    request is refused with PLAN_LIMIT; the default is about 100 ms, see ``gateway.planner.normalize``. ``witness``:
    asked before a mutation runs, which it may refuse by a RequestError.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        subgraphs: Mapping[str, Subgraph],
        *,
        check: RequestCheck | None = None,
        cache_size: int = 1000,
        mask: Mask = default_mask,
        policy: PolicyCheck | None = None,
        overrides: ActiveLabels | None = None,
        event_timeout_s: float | None = 30.0,
        response_limits: ResponseLimits = DEFAULT_LIMITS,
        plan_work: int = 6_000,
        witness: Witness | None = None,
    ) -> None:
        if missing := sorted(set(supergraph.subgraphs) - set(subgraphs)):
            raise ValueError(f"No subgraph is given for {', '.join(missing)}, which the supergraph names")
        self.supergraph = supergraph
        self._subgraphs = dict(subgraphs)
        self._witness = witness
        self._mask = mask
        self._event_timeout_s = event_timeout_s
        self._response_limits = response_limits
        self._plan_work = plan_work
        self._overrides = (overrides or percent_labels(supergraph.labels)) if supergraph.labels else None
        self._shared = SharedQueries(subgraphs)
        schema = with_defer(supergraph.public_schema)
        guards = Guards(schema, supergraph.access, policy)
        self._operations = OperationCache(schema, self._subgraphs, guards, self._plan, check, cache_size)

    def forget_flights(self) -> None:
        """The data has changed: no request joins an execution that began before. It may be called from any thread."""
        self._shared.forget()

    def prepare(self, request: GraphQLRequest) -> Prepared:
        """The request's operation, parsed, validated and planned; from the cache if it was seen before.

        Raises:
            RequestError: the text does not parse, is not valid, or has no such operation.
        """
        return self._operations.get(request)

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse:
        """Answer a query or mutation. Never raises: a fault of ours is an error with an id."""
        try:
            prepared = self.prepare(request)
            if prepared.kind == "subscription":
                raise RequestError.one(
                    "A subscription needs a transport that streams: WebSocket or SSE", OPERATION_RESOLUTION_FAILURE
                )
            program = self._program(prepared, scope)
            if prepared.kind == "mutation":
                await self._see(prepared, scope)
                try:
                    return await self._run(prepared, program, request, scope)
                finally:
                    self._shared.forget()
            run = partial(self._run, prepared, program, request, scope)
            return await self._shared.run(run, program, request, scope)
        except RequestError as error:
            return error.response()
        except Exception as exception:
            return GraphQLResponse(errors=[self._mask(exception, scope)])

    async def execute_in_parts(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse | Deferral:
        """Answer an operation with ``@defer`` in parts: what is to be closed. Never raises.

        One response where there is nothing to wait for: no ``@defer`` holds, no fetch is for deferred fragments alone,
        or the first answer has no object that they are about. What is answered in parts is not shared.
        """
        deferral: Deferral | None = None
        try:
            prepared = self.prepare(request)
            if not prepared.defers:
                return await self.execute(request, scope)
            sent, coerced = request_variables(self.supergraph.public_schema, prepared.operation, request.variables)
            program = self._program(prepared, scope, holding(prepared.defers, coerced))
            if not program.plan.late or program.denied_root(coerced):
                return await self.execute(request, scope)
            if prepared.kind == "mutation":
                await self._see(prepared, scope)
            deferral = Deferral(program, self._subgraphs, scope, sent, coerced, self._mask, self._response_limits)
            introspection = prepared.introspection
            try:
                await deferral.begin({} if introspection is None else introspection.answer(request.variables))
            finally:
                if prepared.kind == "mutation":
                    self._shared.forget()
            if deferral.pending:
                answer, deferral = deferral, None
                return answer
            return deferral.first
        except RequestError as error:
            return error.response()
        except Exception as exception:
            return GraphQLResponse(errors=[self._mask(exception, scope)])
        finally:
            if deferral is not None:
                await deferral.close()

    async def _see(self, prepared: Prepared, scope: RequestScope) -> None:
        if self._witness is not None:
            await self._witness(prepared, scope)

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse:
        """The events of a subscription; for any other operation, and for a refused one, its one response."""
        try:
            prepared = self.prepare(request)
            if prepared.kind != "subscription":
                return await self.execute(request, scope)
            sent, coerced = request_variables(self.supergraph.public_schema, prepared.operation, request.variables)
            program = self._program(prepared, scope)
            if program.plan.node is None:
                # Nothing is left to subscribe to: the field is denied.
                return await self._run(prepared, program, request, scope)
        except RequestError as error:
            return error.response()
        except Exception as exception:
            return GraphQLResponse(errors=[self._mask(exception, scope)])
        return event_responses(program, self._subgraphs, scope, sent, coerced, self._mask, self._event_timeout_s)

    def explain(self, query: str, operation_name: str | None = None) -> str:
        """The plan of an operation, as text.

        Raises:
            RequestError: as ``prepare``.
        """
        return explain(self.plan(query, operation_name))

    def plan(self, query: str, operation_name: str | None = None) -> Plan:
        """The plan of an operation for an actor who may see everything, where every ``@defer`` that may hold holds.

        Raises:
            RequestError: as ``prepare``.
        """
        prepared = self.prepare(GraphQLRequest(query, operation_name))
        if not prepared.defers:
            return prepared.program.plan
        plan = self._plan(prepared.document, operation_name, deferred=prepared.defers)
        return plan if plan.late else prepared.program.plan

    async def _run(
        self, prepared: Prepared, program: Program, request: GraphQLRequest, scope: RequestScope
    ) -> GraphQLResponse:
        sent, coerced = request_variables(self.supergraph.public_schema, prepared.operation, request.variables)
        if prepared.kind == "mutation" and (denied := program.denied_root(coerced)):
            # The data will be null whatever the other fields do: better that they do nothing.
            return GraphQLResponse(errors=denied)
        limits = self._response_limits
        execution = Execution(program, self._subgraphs, scope, sent, coerced, self._mask, limits)
        if program.hands_on is not None:
            fetch = program.hands_on
            answer = await execution.ask(fetch, execution.variables_of(fetch))
            if (data := answer.get("data")) is not None:
                try:
                    limits.check(data)
                except ResponseLimitError as refused:
                    return GraphQLResponse(errors=[refused.error()])
                return GraphQLResponse(data=data, errors=answer.get("errors") or [])
            execution.merge_root(fetch, answer)
        else:
            await execution.run(program.plan.node)
        if prepared.introspection is not None:
            execution.tree.update(prepared.introspection.answer(request.variables))
        return GraphQLResponse(data=execution.data(), errors=execution.errors)

    def _program(self, prepared: Prepared, scope: RequestScope, deferred: frozenset[int] = NO_DEFERS) -> Program:
        labels = NO_LABELS if self._overrides is None else self._overrides(scope) & self.supergraph.labels
        return prepared.program_for(scope, labels, deferred)

    def _plan(
        self,
        document: DocumentNode,
        operation_name: str | None,
        overrides: frozenset[str] = NO_LABELS,
        deferred: Deferred = NOTHING_DEFERRED,
    ) -> Plan:
        try:
            return plan_operation(
                self.supergraph,
                document,
                operation_name,
                overrides=overrides,
                work_max=self._plan_work,
                deferred=deferred,
            )
        except PlanLimitError as error:
            raise RequestError.one(str(error), PLAN_LIMIT) from None
