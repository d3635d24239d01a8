"""The ways to a field from a position: in place, or by a move to each subgraph that answers it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.planner.positions import NOWHERE, Option, Position, Ways

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph
    from gateway.planner.join import FieldIn, Graph
    from gateway.planner.routes import Route

# The subgraph, the way there, the object's type there, the field there, and what it requires of others.
Way = tuple["Graph", "Route | None", str, "FieldIn | None", "str | None"]


def find_ways(graph: PlanningGraph, position: Position, types: frozenset[str], name: str) -> Ways:
    """Group ``types`` by the ways to ``name``; a group's ways are in order: in place first, then by subgraph."""
    groups: dict[tuple[object, ...], list[tuple[str, list[Way]]]] = {}
    for concrete in sorted(types):
        found = list(_ways_of(graph, position, concrete, name, far=False))
        if not found:
            found = list(_ways_of(graph, position, concrete, name, far=True))
        groups.setdefault(tuple(_signature(way) for way in found), []).append((concrete, found))
    return tuple(_group(graph, position, name, members) for members in groups.values())


def _signature(way: Way) -> tuple[object, ...]:
    graph, route, _, there, requires = way
    return graph, route.signature if route else None, requires, there.provides if there else None


def _group(
    graph: PlanningGraph, position: Position, name: str, members: list[tuple[str, list[Way]]]
) -> tuple[frozenset[str], tuple[Option, ...]]:
    types = frozenset(concrete for concrete, _ in members)
    options = []
    for index, (g, route, _, _, requires) in enumerate(members[0][1]):
        own = {concrete: ways[index][2] for concrete, ways in members}
        views = position.views if route is None else ()
        options.append(
            Option(
                graph=g,
                route=route,
                requires=graph.field_sets.of(types, requires) if requires else None,
                child=graph.below(g, own, name, views),
                own=own,
            )
        )
    return types, tuple(options)


def _ways_of(graph: PlanningGraph, position: Position, concrete: str, name: str, *, far: bool) -> Iterator[Way]:
    local = position.of[concrete]
    home = position.graph
    if name == "__typename":
        yield from _to_typename(graph, position, concrete, far=far)
        return
    routes = graph.routes.far(position, concrete) if far else graph.routes.near(position, concrete)
    here = graph.answers(home, local, concrete, name, position.views) if home != NOWHERE else None
    in_place = here is not None and graph.needs(home, local, concrete, here) is None
    if in_place:
        yield home, None, local, here, None
        if here is not None and here.named not in graph.types:
            return  # nothing is better than a leaf that is here
    seen: set[Graph] = {home} if in_place else set()
    for (g, _), route in sorted(routes.items(), key=_preference):
        there = graph.answers(g, route.local, concrete, name)
        if there is None or g in seen:
            continue
        seen.add(g)
        needs = graph.needs(g, route.local, concrete, there)
        if needs is not None and route.local == concrete != route.entity:
            # What one type requires is no field of the interface.
            route = routes.get((g, concrete), route)
        yield g, route, route.local, there, needs
    if not seen and here is not None and (back := graph.routes.home(position, concrete, far=far)) is not None:
        yield home, back, back.local, here, graph.needs(home, local, concrete, here)


def _preference(found: tuple[tuple[Graph, str], Route]) -> tuple[Graph, int, str]:
    (g, entity), route = found
    return g, route.mask.bit_count(), entity


def _to_typename(graph: PlanningGraph, position: Position, concrete: str, *, far: bool) -> Iterator[Way]:
    """``__typename`` is known in place, but for an ``@interfaceObject``: there only an owner of the interface tells."""
    local = position.of[concrete]
    if position.graph == NOWHERE or not graph.interface_object(position.graph, local):
        yield position.graph, None, local, None, None
        return
    routes = graph.routes.far(position, concrete) if far else graph.routes.near(position, concrete)
    for (g, _), route in sorted(routes.items(), key=_preference):
        if route.local == concrete and route.entity != concrete:
            yield g, route, route.local, None, None
