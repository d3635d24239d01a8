"""How to get from one subgraph to another with an object in hand: which key, and where its fields come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from gateway.planner.wanted import Item, Selection

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.join import Graph
    from gateway.planner.positions import Position

NESTED_KEYS_MAX = 3


@dataclass(slots=True, eq=False)
class Route:
    """A move of an object into ``graph`` under the type name ``entity``.

    ``interface``: the entity's name when it goes as an interface, empty when it goes under its own type. ``local``: its
    type there. ``key``: the key's text, None where none is needed (``Query``). ``providers``: for each field of the key
    the route to where it comes from, None for the starting place. ``after``: the route that first tells the object's
    concrete type, where the start does not know it. ``mask`` and ``depth``: the fetches it takes (see choose.py).
    ``signature``: equal for routes that differ in the object's type alone.
    """

    graph: Graph
    entity: str
    interface: str
    local: str
    key: str | None
    providers: dict[str, Route | None]
    after: Route | None
    mask: int
    depth: int
    signature: tuple[object, ...] = field(default=())


Found = dict[tuple["Graph", str], Route]


class Routes:
    """All routes from a position, for one concrete type of the objects there."""

    def __init__(self, graph: PlanningGraph) -> None:
        self.graph = graph
        self._near: dict[tuple[Position, str], Found] = {}
        self._far: dict[tuple[Position, str], Found] = {}
        self._busy: set[tuple[Position, str]] = set()

    @property
    def uncertain(self) -> bool:
        """Whether a search is under way that may not see every route; what is found meanwhile is not kept."""
        return bool(self._busy)

    def near(self, position: Position, concrete: str) -> Found:
        """Routes whose key fields are all answered where they begin."""
        key = (position, concrete)
        found = self._near.get(key)
        if found is None:
            found = self._near[key] = self._search(position, concrete, {}, far=False)
        return found

    def far(self, position: Position, concrete: str) -> Found:
        """Routes whose nested key fields may have to be fetched from elsewhere."""
        key = (position, concrete)
        found = self._far.get(key)
        if found is not None:
            return found
        near = self.near(position, concrete)
        if key in self._busy or len(self._busy) >= NESTED_KEYS_MAX:
            return near
        self._busy.add(key)
        try:
            found = self._search(position, concrete, dict(near), far=True)
        finally:
            self._busy.discard(key)
        if not self._busy:
            self._far[key] = found
        return found

    def home(self, position: Position, concrete: str, *, far: bool) -> Route | None:
        """The way back to where the objects are, by a key that is said not to be resolvable there.

        For a field that has requirements it is the only way when there is no other key; other planners take it too.
        """
        found = self.far(position, concrete) if far else self.near(position, concrete)
        for key in self.graph.types[concrete].closed.get(position.graph, ()):
            route = self._try(position, concrete, found, (position.graph, concrete, key), far=far)
            if route is not None:
                return route
        return None

    def _search(self, position: Position, concrete: str, found: Found, *, far: bool) -> Found:
        candidates = [c for c in self._candidates(position, concrete) if c[:2] not in found]
        while candidates:
            tried = [self._try(position, concrete, found, candidate, far=far) for candidate in candidates]
            reached = [route for route in tried if route is not None]
            if not reached:
                break
            best = min(route.mask.bit_count() for route in reached)
            for route in reached:
                if route.mask.bit_count() == best:
                    found.setdefault((route.graph, route.entity), route)
            candidates = [c for c in candidates if c[:2] not in found]
        return found

    def _candidates(self, position: Position, concrete: str) -> list[tuple[Graph, str, str | None]]:
        graph = self.graph
        if concrete in graph.roots.values() and (concrete == graph.query or position.graph < 0):
            there = graph.types[concrete].graphs
            return [(g, concrete, None) for g in graph.every if g in there and g != position.graph]
        unknown = graph.interface_object(position.graph, position.of[concrete])
        names = [concrete, *sorted(graph.types[concrete].interfaces)]
        found: list[tuple[Graph, str, str | None]] = []
        for g in graph.every:
            for name in names:
                interface = name != concrete and g not in graph.types[name].object_in
                if interface and (not unknown or concrete not in graph.possible(g, name)):
                    continue
                found += [(g, name, key) for key in graph.types[name].keys.get(g, ())]
        return found

    def _try(
        self, position: Position, concrete: str, found: Found, candidate: tuple[Graph, str, str | None], *, far: bool
    ) -> Route | None:
        g, entity, key = candidate
        graph = self.graph
        interface = entity != concrete and g in graph.types[entity].object_in
        local = entity if interface else concrete
        if key is None:
            return self._route(g, entity, local, None, {}, None, [], position)
        providers: dict[str, Route | None] = {}
        masks: list[int] = []
        for item in graph.field_sets.of(frozenset({concrete}), key).items:
            provider = self._provider(position, concrete, found, item, far=far)
            if provider is None:
                return None
            providers[item.name] = provider[0]
            masks.append(provider[1])
        after = None
        if entity == concrete and graph.interface_object(position.graph, position.of[concrete]):
            telling = [r for r in found.values() if r.local == concrete]
            if not telling:
                return None
            brought = reduce(or_, masks, 0)
            after = min(telling, key=lambda r: ((brought | r.mask).bit_count(), r.graph != g, r.graph))
            masks.append(after.mask)
        return self._route(g, entity, local, key, providers, after, masks, position)

    def _route(
        self,
        g: Graph,
        entity: str,
        local: str,
        key: str | None,
        providers: dict[str, Route | None],
        after: Route | None,
        masks: list[int],
        position: Position,
    ) -> Route:
        before = reduce(or_, masks, 0)
        size = self.graph.size
        depth = 1 + levels(before, size)
        interface = "" if self.graph.types[entity].kind == "object" else entity
        signature = (
            g,
            interface,
            key,
            tuple((name, r.signature if r else None) for name, r in providers.items()),
            after.signature if after else None,
        )
        mask = before | 1 << (depth * size + g)
        return Route(g, entity, interface, local, key, providers, after, mask, depth, signature)

    def _provider(
        self, position: Position, concrete: str, found: Found, item: Item, *, far: bool
    ) -> tuple[Route | None, int] | None:
        """Where a key field comes from and the fetches that takes, None when from nowhere yet."""
        best: tuple[Route | None, int] | None = None
        for route, graph, local, views in self._holders(position, concrete, found):
            mask = self._answered(graph, local, concrete, item, views, far=far)
            if mask is None:
                continue
            if route is not None:
                mask = route.mask | mask << (route.depth * self.graph.size)
            if best is None or mask.bit_count() < best[1].bit_count():
                best = (route, mask)
            if not mask:
                break
        return best

    def _holders(
        self, position: Position, concrete: str, found: Found
    ) -> Iterator[tuple[Route | None, Graph, str, tuple[Selection, ...]]]:
        yield None, position.graph, position.of[concrete], position.views
        for route in found.values():
            yield route, route.graph, route.local, ()

    def _answered(
        self, g: Graph, local: str, concrete: str, item: Item, views: tuple[Selection, ...], *, far: bool
    ) -> int | None:
        """The mask of the fetches below when ``g`` answers ``item`` on its type ``local``, else None."""
        there = self.graph.answers(g, local, concrete, item.name, views)
        if there is None or there.requires:
            return None
        if item.children is None:
            return 0
        child = self.graph.below(g, {concrete: local}, item.name, views)
        if child is None:
            return None
        if self.covers(child, item.children):
            return 0
        if not far:
            return None
        solved = self.graph.chooser.solve(item.children, child)
        return solved.mask if solved.rest is None else None

    def covers(self, position: Position, selection: Selection) -> bool:
        """Whether the subgraph of ``position`` answers all of ``selection`` there."""
        return all(
            self._covers_one(position, concrete, item)
            for item in selection.items
            for concrete in item.types & position.types
        )

    def _covers_one(self, position: Position, concrete: str, item: Item) -> bool:
        local = position.of[concrete]
        if item.name == "__typename":
            return not self.graph.interface_object(position.graph, local)
        return self._answered(position.graph, local, concrete, item, position.views, far=False) == 0


def levels(mask: int, size: int) -> int:
    """How many fetches one after another a mask stands for."""
    return (mask.bit_length() - 1) // size if mask else 0
