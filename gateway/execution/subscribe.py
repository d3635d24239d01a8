"""Subscriptions: each event begins a new tree, which the rest of the plan completes like any query's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final, cast

from gateway.execution.errors import Mask
from gateway.execution.execute import Execution
from gateway.execution.program import Program
from gateway.planner.plan import Subscribe
from gateway.request import GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.protocol import Subgraph

# ``eventId``: what a client gives as ``after`` when it comes back.
_PASSED_ON: Final = frozenset({"eventId"})


async def event_responses(
    program: Program,
    subgraphs: Mapping[str, Subgraph],
    scope: RequestScope,
    sent: Mapping[str, Any],
    coerced: Mapping[str, Any],
    mask: Mask,
    event_timeout_s: float | None,
) -> AsyncIterator[GraphQLResponse]:
    """One response for each event of a subscription; closing the iterator closes the source.

    Every event gets a scope of its own (so no loader's cache outlives it) and ``event_timeout_s`` for its fetches.
    """
    node = program.plan.node
    assert isinstance(node, Subscribe), "the plan of a subscription"

    def new_execution() -> Execution:
        deadline = None if event_timeout_s is None else asyncio.get_running_loop().time() + event_timeout_s
        event_scope = replace(scope, contexts={}, deadline=deadline)
        return Execution(program, subgraphs, event_scope, sent, coerced, mask)

    variables = new_execution().variables_of(node.primary)
    source = subgraphs[node.primary.subgraph].subscribe(
        node.primary, variables, replace(scope, contexts={}, deadline=None)
    )
    async with aclosing(cast("Any", source)):
        try:
            async for answer in source:
                yield await _respond(node, answer, new_execution)
        except Exception as exception:
            yield GraphQLResponse(errors=[mask(exception, scope)])


async def _respond(node: Subscribe, answer: SubgraphAnswer, new_execution: Callable[[], Execution]) -> GraphQLResponse:
    execution = new_execution()
    execution.merge_root(node.primary, answer)
    if answer.get("data") is not None:
        await execution.run(node.rest)
    extensions = {name: value for name, value in (answer.get("extensions") or {}).items() if name in _PASSED_ON}
    return GraphQLResponse(data=execution.data(), errors=execution.errors, extensions=extensions)
