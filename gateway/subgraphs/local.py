"""A subgraph in this process: graphql-core runs each fetch over the plugin's own schema, dicts in and dicts out."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from inspect import isawaitable
from typing import Any, cast

import strawberry.federation
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    ValuesOfCorrectTypeRule,
    validate,
)
from graphql.execution import Executor, create_source_event_stream, map_source_to_response_event
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.errors import BAD_USER_INPUT, SUBREQUEST_TIMEOUT, fault, mask_exception
from gateway.subgraphs.plain import PlainExecutor

_CHECKED_DOCUMENTS_MAX = 4000


class LocalSubgraph:
    """One plugin's schema, asked without HTTP and without JSON.

    ``make_context``: called once per operation (once per event of a subscription); the resolvers find its value as
    ``info.context``. Its ``event_id``, if it has one, goes out with each event as ``extensions.eventId``.
    A document is validated when it is first seen.
    """

    def __init__(
        self,
        name: str,
        schema: strawberry.federation.Schema | GraphQLSchema,
        make_context: Callable[[RequestScope], Any],
    ) -> None:
        self.name = name
        self.schema: GraphQLSchema = schema if isinstance(schema, GraphQLSchema) else schema._schema
        self._make_context = make_context
        self._executor_class: type[Executor[Any]] = _executor_class(schema)
        self._checked: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        """Run one fetch. Resolvers' errors are masked; a deadline that passes cancels the resolvers."""
        try:
            executor = self._build(fetch, variables, scope)
            if isinstance(executor, list):
                return {"data": None, "errors": executor}
            result: Any = executor.execute_operation()
            if isawaitable(result):
                if scope.deadline is None:
                    result = await result
                else:
                    async with asyncio.timeout_at(scope.deadline):
                        result = await result
        except TimeoutError:
            return {"data": None, "errors": [self._late()]}
        except Exception as exception:
            return {"data": None, "errors": [mask_exception(exception, self.name, scope)]}
        return self._answer(result, scope)

    async def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        """Run a subscription's fetch: one answer per event. A source that fails answers its error and ends."""
        events = None
        try:
            executor = self._build(fetch, variables, scope)
            if isinstance(executor, list):
                yield {"data": None, "errors": executor}
                return
            source: Any = create_source_event_stream(executor)
            if isawaitable(source):
                source = await source
            if isinstance(source, ExecutionResult):
                yield self._answer(source, scope)
                return
            events = map_source_to_response_event(executor, source, self._run_event(scope))
            async for result in events:
                answer = self._answer(result, scope)
                # A plugin's context knows the event that is being answered; a client resumes by its id.
                if (event_id := getattr(scope.contexts[self.name], "event_id", None)) is not None:
                    answer["extensions"] = {"eventId": str(event_id)}
                yield answer
        except Exception as exception:
            yield {"data": None, "errors": [mask_exception(exception, self.name, scope)]}
        finally:
            if events is not None:
                await events.aclose()

    def _build(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> Executor[Any] | list[dict[str, Any]]:
        """An executor for one run, or the errors that keep the document or its variables from running."""
        errors = self._check(fetch.text, fetch.document)
        if errors:
            return errors
        context = scope.contexts.get(self.name)
        if context is None:
            context = scope.contexts[self.name] = self._make_context(scope)
        executor = self._executor_class.build(
            self.schema,
            fetch.document,
            None,
            context,
            cast("dict[str, Any]", variables),
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            return [self._bad_input(error) for error in executor]
        return executor

    def _check(self, text: str, document: DocumentNode) -> list[dict[str, Any]]:
        errors = self._checked.get(text)
        if errors is None:
            errors = self._validate(document)
            self._checked[text] = errors
            if len(self._checked) > _CHECKED_DOCUMENTS_MAX:
                self._checked.popitem(last=False)
        return errors

    def _validate(self, document: DocumentNode) -> list[dict[str, Any]]:
        """The document's faults: a literal that a scalar of the plugin refuses is the client's, all else the plan's."""
        if not (errors := validate(self.schema, document)):
            return []
        literal_errors = validate(self.schema, document, [ValuesOfCorrectTypeRule])
        if len(literal_errors) == len(errors):
            return [self._bad_input(error) for error in literal_errors]
        return [mask_exception(error, self.name, RequestScope()) for error in errors]

    def _run_event(self, scope: RequestScope) -> Callable[[Any], Any]:
        """What runs one event: the same executor under a context of its own, so that no loader's cache outlives it."""

        def run(executor: Any) -> Any:
            executor.context_value = self._make_context(replace(scope, contexts={}))
            return executor.execute_operation(False)

        return run

    def _answer(self, result: ExecutionResult, scope: RequestScope) -> SubgraphAnswer:
        if not result.errors:
            return {"data": result.data}
        return {
            "data": result.data,
            "errors": [
                mask_exception(error.original_error or error, self.name, scope, error.path) for error in result.errors
            ],
        }

    def _bad_input(self, error: GraphQLError) -> dict[str, Any]:
        return fault(self.name, BAD_USER_INPUT, error.message)

    def _late(self) -> dict[str, Any]:
        return fault(self.name, SUBREQUEST_TIMEOUT, f"{self.name} did not answer in time")


def _executor_class(schema: strawberry.federation.Schema | GraphQLSchema) -> type[Executor[Any]]:
    """Strawberry's own, which gives its resolvers the ``Info`` they expect, with the short way for plain lists."""
    if isinstance(schema, GraphQLSchema):
        return Executor
    own = schema.execution_context_class
    return PlainExecutor if own is StrawberryGraphQLCoreExecutionContext else own
