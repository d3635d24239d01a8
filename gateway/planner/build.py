"""From choices to steps: which fields each step selects, what it sends, and what must have run before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gateway.planner.choose import Choice, Chooser
from gateway.planner.conditions import ALWAYS, Conditions, either
from gateway.planner.defer import chains_of, covers
from gateway.planner.graph import PlanningGraph
from gateway.planner.plan import OperationKind
from gateway.planner.positions import NOWHERE, Option, Position
from gateway.planner.represent import joined, merged_fields, sent_by
from gateway.planner.schedule import bits, with_all_before
from gateway.planner.sources import Sources
from gateway.planner.steps import Node, Place, Presence, Sent, Step
from gateway.planner.wanted import Item, Selection

if TYPE_CHECKING:
    from gateway.planner.routes import Route

# A subgraph without the interface is asked for a field type by type; that many of them take as long as a field.
WRITTEN_TYPES = 16


class Builder:
    """Builds the steps of one operation. ``deferring``: some of them may be for deferred fragments alone.

    ``count``: is told of work that grows with the types of a place; see ``Normalizer.count``.
    """

    def __init__(
        self,
        graph: PlanningGraph,
        kind: OperationKind,
        sources: Sources,
        count: Callable[[int], None],
        *,
        deferring: bool = False,
    ) -> None:
        self.graph = graph
        self.kind = kind
        self.count = count
        self.deferring = deferring
        self.chooser = Chooser(graph)
        self.steps: list[Step] = []
        # What a step sends by its keys alone, by place, types and route: the same for all fields that go that way.
        self._keys_sent: dict[tuple[int, frozenset[str], int], tuple[Place, Route, dict[str, Sent]]] = {}
        self.root = Place(None, "", None, sources, frozenset({graph.roots[kind]}))

    def build(self, selection: Selection) -> Selection | None:
        """Make the steps for the operation's root; what no subgraph can answer is handed back."""
        position = self.graph.position(NOWHERE, {self.graph.roots[self.kind]})
        solved = self.chooser.solve(selection, position)
        presence = Presence(Step(-1, NOWHERE, self.kind, self.root, ALWAYS), Node(), position)
        last: Step | None = None
        for choice in solved.choices:
            if self.kind == "mutation":
                last = self._mutate(choice, presence, last)
            else:
                self._take(self.root, presence, choice, None)
        return solved.rest

    def _mutate(self, choice: Choice, presence: Presence, last: Step | None) -> Step:
        """One root field of a mutation: in the last step if that is the same subgraph's, else after everything."""
        if last is None or last.graph != choice.option.graph:
            self.root.steps.clear()
            before = self._in_time(range(len(self.steps)), ALWAYS)
            number = len(self.steps)
            self._take(self.root, presence, choice, None)
            last = self.steps[number]
            last.deps |= before
        else:
            self._take(self.root, presence, choice, None)
        return last

    def _walk(self, place: Place, selection: Selection, presence: Presence, when: Conditions | None) -> int:
        """Fetch ``selection`` for the objects of ``presence``; the steps that bring it, as bits."""
        mask = 0
        for choice in self.chooser.solve(selection, presence.position).choices:
            mask |= self._take(place, presence, choice, when)
        return mask

    def _take(self, place: Place, presence: Presence, choice: Choice, when: Conditions | None) -> int:
        option = choice.option
        item = choice.item
        wanted = item.when if when is None else when
        if option.route is None:
            return self._select(place, presence.step, presence.node, choice, when)
        before = 0
        if option.requires is not None:
            before = self._walk(place, option.requires, presence, wanted)
            if choice.types != place.types:
                before |= self._in_time(bits(place.tellers), wanted)
        inputs = when is not None
        step = self._enter(place, presence, choice.types, option.route, wanted, option.requires, before, inputs=inputs)
        node = step.root(option.route.interface)
        self.count(len(choice.types) // WRITTEN_TYPES)
        return self._select(place, step, node, choice, when)

    def _select(self, place: Place, step: Step, node: Node, choice: Choice, when: Conditions | None) -> int:
        """Select the chosen field in ``node``, and what is below it."""
        item, option = choice.item, choice.option
        wanted = item.when if when is None else when
        mask = 1 << step.number if step.number >= 0 else 0
        if item.name == "__typename" and option.route is not None:
            place.tellers |= mask
        if item.source is None:
            held = place.sources.take(self.graph, item, choice.types)
        else:
            held = [(choice.types, item.source)]
        for types, source in held:
            local = frozenset(option.own[concrete] for concrete in types)
            entry = node.add(source, item, local, wanted)
            if entry.node is None or choice.children is None or option.child is None:
                continue
            child = place.child(source, types)
            position = option.child
            if len(held) > 1:
                own = {concrete: option.own[concrete] for concrete in types}
                position = self.graph.below(option.graph, own, item.name, ()) or position
            below = Presence(step, entry.node, position)
            child.arrive(below, self._unknown(position))
            mask |= self._walk(child, choice.children, below, when)
        return mask

    def _unknown(self, position: Position) -> bool:
        return any(self.graph.interface_object(position.graph, local) for local in position.locals)

    def _enter(
        self,
        place: Place,
        presence: Presence,
        types: frozenset[str],
        route: Route,
        when: Conditions,
        requires: Selection | None = None,
        before: int = 0,
        *,
        inputs: bool = True,
    ) -> Step:
        """The step to ``route.graph`` here that runs after ``before`` and sends what is needed; made if need be.

        ``inputs``: for what others send, keys and requirements, not for the client.
        """
        deps = before
        if presence.step.number >= 0:
            deps |= 1 << presence.step.number
        deps |= self._bring_key(place, presence, types, route, when)
        sent = self._sent(place, types, route, requires)
        for step in place.steps.get(route.graph, ()):
            if self._comes(step, when, deps, inputs=inputs) and self._fits(step, sent, deps, requires is not None):
                break
        else:
            kind = self.kind if place.parent is None else "query"
            step = Step(len(self.steps), route.graph, kind, place, when, entity=route.key is not None)
            self.steps.append(step)
            place.steps.setdefault(route.graph, []).append(step)
        step.deps |= deps
        step.when = either(step.when, when)
        step.requiring = step.requiring or requires is not None
        for concrete, one in sent.items():
            step.sent[concrete] = joined(step.sent.get(concrete), one)
        return step

    def _in_time(self, numbers: Iterable[int], when: Conditions) -> int:
        """Of some steps those that have run before a thing is wanted under ``when``, as bits."""
        wanted = chains_of(when)
        found = 0
        for number in numbers:
            if not self.deferring or covers(chains_of(self.steps[number].when), wanted):
                found |= 1 << number
        return found

    def _comes(self, step: Step, when: Conditions, deps: int, *, inputs: bool) -> bool:
        """Whether ``step`` comes when a thing under ``when`` shall. Inputs may come before; nothing waits for more."""
        if not self.deferring:
            return True
        there, wanted = chains_of(step.when), chains_of(when)
        if there == wanted:
            return True
        more = deps & ~step.deps
        return inputs and covers(there, wanted) and self._in_time(bits(more), step.when) == more

    def _fits(self, step: Step, sent: dict[str, Sent], deps: int, requiring: bool) -> bool:
        """Whether ``step`` can also do this: it must not run before ``deps``, nor send one field twice.

        An ``@interfaceObject`` is asked the same of all objects, so a field with requirements is asked of its own only.
        """
        if requiring or step.requiring:
            blind = any(one.entity is not None for one in (*sent.values(), *step.sent.values()))
            if blind and step.sent.keys() != sent.keys():
                return False
        if (1 << step.number) & with_all_before(self.steps, deps):
            return False
        for concrete, one in sent.items():
            other = step.sent.get(concrete)
            if other is None or other is one:
                continue
            if other.entity != one.entity or merged_fields(other.fields, one.fields) is None:
                return False
        return True

    def _bring_key(
        self, place: Place, presence: Presence, types: frozenset[str], route: Route, when: Conditions
    ) -> int:
        """Select the key's fields where the route says they come from; the steps that bring them."""
        mask = 0
        if route.after is not None:
            step = self._enter(place, presence, types, route.after, when)
            step.root(route.after.interface).add_typename(types, when)
            mask |= 1 << step.number
            place.tellers |= 1 << step.number
        if route.key is None:
            return mask
        for item in self.graph.field_sets.of(types, route.key).items:
            provider = route.providers[item.name]
            if provider is None:
                mask |= self._bring(place, presence.step, presence.node, presence.position, item, when)
            else:
                step = self._enter(place, presence, types, provider, when)
                known = provider.local != provider.interface
                position = self.graph.position(provider.graph, types if known else {provider.local})
                mask |= self._bring(place, step, step.root(provider.interface), position, item, when)
        return mask

    def _bring(self, place: Place, step: Step, node: Node, position: Position, item: Item, when: Conditions) -> int:
        """Select a field of a key in place."""
        own = {concrete: position.of[concrete] for concrete in item.types & position.types}
        child = self.graph.below(position.graph, own, item.name, position.views)
        option = Option(position.graph, None, None, child, own)
        return self._select(place, step, node, Choice(item, frozenset(own), option, item.children), when)

    def _sent(self, place: Place, types: frozenset[str], route: Route, requires: Selection | None) -> dict[str, Sent]:
        if route.key is None:
            return {}
        known = self._keys_sent.get((id(place), types, id(route))) if requires is None else None
        if known is not None:
            return known[2]
        self.count(len(types) - 1)
        found = sent_by(self.graph, place.sources, types, route, requires)
        if requires is None:
            self._keys_sent[id(place), types, id(route)] = (place, route, found)
        return found
