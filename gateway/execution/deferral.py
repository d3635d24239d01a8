"""An operation answered in parts: what is there first, then each deferred fragment as soon as its fetches are done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.execution.conditions import holds_all
from gateway.execution.errors import Mask
from gateway.execution.execute import Execution, stage_scope
from gateway.execution.patches import Fragments, Obj, Pending, Place, copied
from gateway.execution.patching import Patch, Patcher
from gateway.execution.program import Program
from gateway.planner.plan import Chain, Fetch, LateFetch, PlanNode
from gateway.request import GraphQLResponse, RequestScope
from gateway.subgraphs.protocol import Subgraph


@dataclass(slots=True, eq=False)
class Part:
    """What is sent at once, after the first answer. ``pending``: fragments that this part brings to light."""

    patches: list[Patch]
    pending: list[Pending] = field(default_factory=list)
    has_next: bool = False


class FirstExecution(Execution):
    """The run for the first answer; it tells which of its fetches are done, as late ones wait for them."""

    __slots__ = ("done",)

    def __init__(self, done: Mapping[int, asyncio.Event], *args: Any) -> None:
        super().__init__(*args)
        self.done = done

    async def run(self, node: PlanNode | None, scope: RequestScope | None = None) -> None:
        await super().run(node, scope)
        if isinstance(node, Fetch):
            self.done[node.id].set()


class Deferral:
    """One run in parts. ``first`` and ``pending``: the first answer and the fragments that it leaves open, once begun.

    Errors are said once, in the part that they are about; a fragment whose data is null says why in any case.
    ``close`` in the end, whatever happened.
    """

    def __init__(
        self,
        program: Program,
        subgraphs: Mapping[str, Subgraph],
        scope: RequestScope,
        sent: Mapping[str, Any],
        coerced: Mapping[str, Any],
        mask: Mask,
        limits: ResponseLimits,
    ) -> None:
        assert program.fragments is not None, "a program with late fetches"
        self.first = GraphQLResponse()
        self.pending: list[Pending] = []
        self._fragments: Fragments = program.fragments
        self._program = program
        self._late = program.plan.late
        self._scope = scope
        self._coerced = coerced
        self._mask = mask
        self._begun: set[tuple[str, Place]] = set()
        self._done = {number: asyncio.Event() for number in program.readers}
        self._changed = asyncio.Event()
        self._run_args = (program, subgraphs, scope, sent, coerced, mask, limits)
        self._run = FirstExecution(self._done, *self._run_args)
        self._errors: dict[int, list[dict[str, Any]]] = {}
        self._patcher = Patcher(program.fragments, limits)
        self._tasks: list[asyncio.Task[None]] = []
        self._at_close: list[Callable[[], object]] = []

    def at_close(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` once all is over."""
        self._at_close.append(callback)

    async def begin(self, introspected: Mapping[str, Any]) -> None:
        """Make the first answer. ``introspected``: what the client asked about the schema."""
        is_mutation = self._program.plan.kind == "mutation"
        if not is_mutation:
            self._start()
        await self._run.run(self._program.plan.node)
        # A fetch whose condition does not hold is not waited for.
        late = {one.fetch.id for one in self._late}
        for number in self._done.keys() - late:
            self._done[number].set()
        if is_mutation:
            self._start()
        self._run.tree.update(introspected)
        self._answer_first()

    def _answer_first(self) -> None:
        errors = self._run.errors
        fetched = list(errors)
        data = self._run.data()
        self.first = GraphQLResponse(data=data, errors=errors)
        if data is None:
            return
        try:
            self._patcher.note_first(data, fetched, errors[len(fetched) :])
        except ResponseLimitError as refused:
            self.first = GraphQLResponse(errors=[refused.error()])
            return
        self.pending = self._find(None, self._run.tree, copied(data))

    async def parts(self) -> AsyncIterator[Part]:
        """What comes after the first answer; nothing when no fragment was left open."""
        pending = list(self.pending)
        while pending:
            chains = {chain for chain in {one.fragment.chain for one in pending} if self._is_ready(chain)}
            if not chains:
                self._changed.clear()
                await self._changed.wait()
                continue
            ready = [one for one in pending if one.fragment.chain in chains]
            pending = [one for one in pending if one.fragment.chain not in chains]
            try:
                part = self._part(ready)
            except ResponseLimitError as refused:
                yield Part([Patch(one, None, [refused.error()], []) for one in (*ready, *pending)])
                return
            pending += part.pending
            part.has_next = bool(pending)
            yield part

    async def close(self) -> None:
        """End what still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._at_close:
            self._at_close.pop()()

    def _start(self) -> None:
        self._tasks = [asyncio.create_task(self._fetch(late)) for late in self._late]

    async def _fetch(self, late: LateFetch) -> None:
        """Make a late fetch once those that it needs are done. Its errors are kept for whom it was made for."""
        for number in late.after:
            await self._done[number].wait()
        errors: list[dict[str, Any]] = []
        if holds_all(late.when, self._coerced):
            execution = Execution(*self._run_args)
            execution.tree = self._run.tree
            errors = execution.errors
            try:
                await execution.run(late.fetch, stage_scope(self._scope, late.stages))
            except Exception as exception:
                errors.append(self._mask(exception, self._scope))
        self._errors[late.fetch.id] = errors
        self._patcher.placed.add(errors)
        self._done[late.fetch.id].set()
        self._changed.set()

    def _needed(self, chain: Chain) -> set[int]:
        """The late fetches whose answers a fragment shows."""
        return {late.fetch.id for late in self._late if any(one <= chain for one in late.chains)}

    def _is_ready(self, chain: Chain) -> bool:
        return all(self._done[number].is_set() for number in self._needed(chain))

    def _values(self, chain: Iterable[str]) -> dict[str, bool]:
        """The condition variables in the answer of a fragment."""
        truth = {name: bool(self._coerced.get(name)) for name in self._program.condition_variables}
        return truth | dict.fromkeys(chain, True)

    def _find(self, root: Pending | None, tree: Obj, data: Obj) -> list[Pending]:
        values = self._values(() if root is None else root.fragment.chain)
        found: list[Pending] = []
        for one in self._fragments.found(root, tree, data, values):
            key = (one.fragment.name, one.path)
            if key not in self._begun:
                self._begun.add(key)
                one.id = str(len(self._begun) - 1)
                found.append(one)
        return found

    def _part(self, ready: Sequence[Pending]) -> Part:
        """Raises: ResponseLimitError."""
        part = Part([])
        for chain in dict.fromkeys(one.fragment.chain for one in ready):
            alike = [one for one in ready if one.fragment.chain == chain]
            around = chain - {alike[0].fragment.name}
            own = self._needed(chain) - self._needed(around)
            fetched = [error for number in sorted(own) for error in self._errors[number]]
            errors = self._patcher.shared_out(fetched, alike)
            for one in alike:
                patch = self._patcher.patch(one, self._values(chain), errors.get(one.path, []))
                part.patches.append(patch)
                if patch.data is not None:
                    part.pending += self._find(one, one.obj, one.have)
        return part
