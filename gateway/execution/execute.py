"""Running a plan: fetches in its order, answers merged into one tree, errors told in the client's words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.execution.entities import Batch, ClientPath, objects_at, places_at
from gateway.execution.errors import Mask
from gateway.execution.locate import ClientPaths, common_place, root_sources
from gateway.execution.merge import merge_object
from gateway.execution.program import Program
from gateway.execution.project import DEFAULT_LIMITS
from gateway.planner.plan import Condition, Fetch, Parallel, PlanNode, Sequence
from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.errors import SUBREQUEST_MALFORMED_RESPONSE, fault
from gateway.subgraphs.protocol import Subgraph


class Execution:
    """One run of a program (one event's, in a subscription): its merged tree and its errors.

    ``sent``: the values of the client's variables for subgraphs. ``coerced``: those that decide conditions.
    ``limits``: of the response's size.
    """

    __slots__ = ("_coerced", "_limits", "_mask", "_program", "_scope", "_sent", "_subgraphs", "errors", "tree")

    def __init__(
        self,
        program: Program,
        subgraphs: Mapping[str, Subgraph],
        scope: RequestScope,
        sent: Mapping[str, Any],
        coerced: Mapping[str, Any],
        mask: Mask,
        limits: ResponseLimits = DEFAULT_LIMITS,
    ) -> None:
        self._limits = limits
        self._program = program
        self._subgraphs = subgraphs
        self._scope = scope
        self._sent = sent
        self._coerced = coerced
        self._mask = mask
        self.tree: dict[str, Any] = {}
        self.errors: list[dict[str, Any]] = []

    async def run(self, node: PlanNode | None, scope: RequestScope | None = None) -> None:
        """Run a node of the plan. Whatever a subgraph does ends in ``errors``, never in an exception.

        ``scope``: that of the stage which the node is in; the whole run's where it is not given.
        """
        scope = scope or self._scope
        if isinstance(node, Fetch):
            await self._fetch(node, scope)
        elif isinstance(node, Sequence):
            for done, child in enumerate(node.nodes):
                await self.run(child, stage_scope(scope, len(node.nodes) - done))
        elif isinstance(node, Parallel):
            async with asyncio.TaskGroup() as group:
                # The last runs in this task: one task less, and none at all for a single child.
                for child in node.nodes[:-1]:
                    group.create_task(self.run(child, scope))
                await self.run(node.nodes[-1], scope)
        elif isinstance(node, Condition):
            await self.run(node.then if self._coerced.get(node.variable) else node.otherwise, scope)

    def data(self) -> dict[str, Any] | None:
        """The client's data, from the tree as it is; what its projection finds wrong is added to ``errors``."""
        try:
            return self._program.projector(self._coerced).project(self.tree, self.errors, self._limits)
        except ResponseLimitError as refused:
            self.errors[:] = [refused.error()]
            return None

    async def ask(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope | None = None
    ) -> SubgraphAnswer:
        """The subgraph's answer; an exception, which would be a fault of ours, becomes a masked error."""
        try:
            return await self._subgraphs[fetch.subgraph].fetch(fetch, variables, scope or self._scope)
        except Exception as exception:
            return {"data": None, "errors": [self._mask(exception, self._scope)]}

    def variables_of(self, fetch: Fetch) -> dict[str, Any]:
        sent = self._sent
        return {name: sent[name] for name in fetch.variables if name in sent}

    async def _fetch(self, fetch: Fetch, scope: RequestScope) -> None:
        if fetch.calls:
            await self._fetch_entities(fetch, scope)
        elif not fetch.path:
            self.merge_root(fetch, await self.ask(fetch, self.variables_of(fetch), scope))
        elif objects_at(self.tree, fetch.path):
            self._merge_below(fetch, await self.ask(fetch, self.variables_of(fetch), scope))

    def merge_root(self, fetch: Fetch, answer: SubgraphAnswer) -> None:
        """Merge the answer of a fetch of root fields."""
        data = answer.get("data")
        if data is not None:
            merge_object(self.tree, data)
        if errors := answer.get("errors"):
            paths = self._client_paths()
            for error in errors:
                path = error.get("path")
                if path:
                    self._add(error, paths.translate(path))
                else:
                    self._add_whole(error, [paths.translate([key]) for key in root_sources(fetch)])

    def _merge_below(self, fetch: Fetch, answer: SubgraphAnswer) -> None:
        """Merge the answer of a re-entry through ``Query`` into every object at the fetch's path."""
        data = answer.get("data")
        if data is not None:
            for target in objects_at(self.tree, fetch.path):
                merge_object(target, data)
        if errors := answer.get("errors"):
            paths = self._client_paths()
            places = [place for place, _ in places_at(self.tree, fetch.path)]
            for error in errors:
                if path := error.get("path"):
                    for place in places:
                        self._add(error, paths.translate([*place, *path]))
                else:
                    self._add(error, common_place([paths.translate(place) for place in places]))

    async def _fetch_entities(self, fetch: Fetch, scope: RequestScope) -> None:
        variables = self.variables_of(fetch)
        batches: dict[str, Batch] = {}
        sends = False
        for reader in self._program.readers[fetch.id]:
            batch = batches[reader.call.alias] = reader.read(self.tree)
            variables[reader.call.variable] = batch.representations
            sends = sends or bool(batch.representations)
        if not sends:
            return
        answer = await self.ask(fetch, variables, scope)
        data = answer.get("data")
        errors = answer.get("errors") or []
        if data is not None:
            errors = [*errors, *self._merge_entities(fetch, batches, data, errors)]
        if errors:
            self._add_entity_errors(fetch, batches, errors)

    def _merge_entities(
        self, fetch: Fetch, batches: Mapping[str, Batch], data: Mapping[str, Any], errors: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Merge each call's answers. Answers that can't be told apart are not merged, and make an error."""
        malformed = False
        for alias, batch in batches.items():
            answers = data.get(alias)
            if isinstance(answers, list) and len(answers) == len(batch.targets):
                batch.merge(answers)
            else:
                malformed = True
        if malformed and not errors:
            message = f"{fetch.subgraph} did not answer one entity for each representation"
            return [fault(fetch.subgraph, SUBREQUEST_MALFORMED_RESPONSE, message)]
        return []

    def _add_entity_errors(self, fetch: Fetch, batches: Mapping[str, Batch], errors: list[dict[str, Any]]) -> None:
        """Add the errors of an entity fetch at every position in the client's data that they are about."""
        paths = self._client_paths()
        places: dict[int, list[ClientPath]] = {}
        for call in fetch.calls:
            for place, obj in places_at(self.tree, call.path):
                places.setdefault(id(obj), []).append(place)
        for error in errors:
            path = error.get("path") or []
            batch = batches.get(str(path[0])) if path else None
            index = path[1] if len(path) > 1 else None
            if batch is not None and isinstance(index, int) and index < len(batch.targets):
                for target in batch.targets[index]:
                    for place in places.get(id(target), ()):
                        self._add(error, paths.translate([*place, *path[2:]]))
                continue
            for about in [batch] if batch is not None else batches.values():
                targets = [target for objects in about.targets for target in objects]
                found = [place for target in targets for place in places.get(id(target), ())]
                if found:
                    self._add(error, common_place([paths.translate(place) for place in found]))

    def _client_paths(self) -> ClientPaths:
        return ClientPaths(self._program.plan.projection, self.tree)

    def _add(self, error: Mapping[str, Any], path: ClientPath) -> None:
        added = {key: value for key, value in error.items() if key != "path"}
        if path:
            added["path"] = list(path)
        self.errors.append(added)

    def _add_whole(self, error: Mapping[str, Any], places: list[ClientPath]) -> None:
        """An error about a whole fetch: once for each root field of the client that it was to answer."""
        distinct = list(dict.fromkeys(place for place in places if place))
        for place in distinct or [()]:
            self._add(error, place)


def stage_scope(scope: RequestScope, stages_left: int) -> RequestScope:
    """The scope of the next of ``stages_left`` stages: an equal part of the time left, so a slow one leaves the others
    some. What it does not use is theirs.
    """
    if scope.deadline is None or stages_left == 1:
        return scope
    now = asyncio.get_running_loop().time()
    return replace(scope, deadline=now + (scope.deadline - now) / stages_left)
