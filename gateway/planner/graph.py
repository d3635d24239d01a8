"""What each subgraph can answer, looked up and remembered: positions, the ways to a field, fitting shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gateway.planner.choose import Chooser
from gateway.planner.join import FieldIn, Graph
from gateway.planner.positions import Position, Views, Ways
from gateway.planner.routes import Routes
from gateway.planner.wanted import FieldSets, Selection
from gateway.planner.ways import find_ways

if TYPE_CHECKING:
    from gateway.planner.supergraph import Supergraph

NO_TYPES: frozenset[str] = frozenset()
KEPT_MAX = 50_000
Shapes = dict[Graph, str]


class PlanningGraph:
    """A supergraph seen with one set of active override labels. Everything computed is kept."""

    def __init__(self, supergraph: Supergraph, labels: frozenset[str]) -> None:
        self.supergraph = supergraph
        self.types = supergraph.types
        self.labels = labels
        self.size = len(supergraph.names)
        self.every = range(self.size)
        self.roots = supergraph.roots
        self.query = supergraph.roots.get("query", "Query")
        self.field_sets = FieldSets(self)
        self.implementers = self._implementers()
        self.routes = Routes(self)
        self.chooser = Chooser(self)
        self._positions: dict[tuple[Graph, frozenset[str], Views], Position] = {}
        self._ways: dict[tuple[Position, frozenset[str], str], Ways] = {}
        self._shapes: dict[tuple[frozenset[str], str], tuple[tuple[frozenset[str], Shapes], ...]] = {}
        self._alone: dict[tuple[Graph, str, str, str], bool] = {}
        self._possible: dict[tuple[Graph, str], frozenset[str]] = {}
        self._local: dict[tuple[Graph, str], tuple[str, ...]] = {}

    def trim(self) -> None:
        """Forget what was computed when it is much: operations choose the sets of types that it is kept by."""
        if len(self._ways) + len(self._positions) + len(self.field_sets.parsed) > KEPT_MAX:
            for kept in (self._positions, self._ways, self._shapes, self.field_sets.parsed, self.chooser.solved):
                kept.clear()
            self.routes = Routes(self)

    def _implementers(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for name, info in self.types.items():
            for interface in info.interfaces if info.kind == "object" else ():
                found.setdefault(interface, set()).add(name)
            for members in info.members.values() if info.kind == "union" else ():
                found.setdefault(name, set()).update(members)
        return {name: frozenset(members) for name, members in found.items()}

    def concretes(self, name: str) -> frozenset[str]:
        """The object types of the supergraph that a value of type ``name`` may have."""
        info = self.types.get(name)
        if info is None:
            return NO_TYPES
        return frozenset({name}) if info.kind == "object" else self.implementers.get(name, NO_TYPES)

    def is_abstract(self, name: str) -> bool:
        """Whether ``name`` is an interface or union in the supergraph."""
        return name in self.types and self.types[name].kind != "object"

    def returned(self, name: str, field: str) -> str:
        """The named type of a field in the supergraph, empty for ``__typename`` and for what is unknown."""
        return self.types[name].returns.get(field, "") if name in self.types else ""

    def interface_object(self, graph: Graph, name: str) -> bool:
        """Whether ``name`` is an ``@interfaceObject`` in ``graph``."""
        return graph >= 0 and graph in self.types[name].object_in

    def possible(self, graph: Graph, name: str) -> frozenset[str]:
        """The local object types of a value of type ``name`` in ``graph``."""
        found = self._possible.get((graph, name))
        if found is None:
            info = self.types.get(name)
            if info is None or graph not in info.graphs:
                found = NO_TYPES
            elif info.kind == "object" or graph in info.object_in:
                found = frozenset({name})
            else:
                found = frozenset(info.members.get(graph, ()))
            self._possible[graph, name] = found
        return found

    def local_names(self, graph: Graph, concrete: str) -> tuple[str, ...]:
        """What ``graph`` calls an object of type ``concrete``: the type itself, or interface objects it falls under."""
        found = self._local.get((graph, concrete))
        if found is None:
            info = self.types[concrete]
            if graph in info.graphs:
                found = (concrete,)
            else:
                found = tuple(i for i in sorted(info.interfaces) if graph in self.types[i].object_in)
            self._local[graph, concrete] = found
        return found

    def position(self, graph: Graph, local: Iterable[str], views: Views = ()) -> Position:
        """The position of objects of the types ``local`` in ``graph``."""
        key = (graph, frozenset(local), views)
        found = self._positions.get(key)
        if found is None:
            of = {c: name for name in sorted(key[1]) for c in self._covered(graph, name)}
            found = self._positions[key] = Position(graph, key[1], views, of, frozenset(of))
        return found

    def _covered(self, graph: Graph, local: str) -> frozenset[str]:
        return self.concretes(local) if self.interface_object(graph, local) else frozenset({local})

    def field(self, graph: Graph, local: str, name: str) -> FieldIn | None:
        """The field as ``graph`` has it on its type ``local``, None when it has none."""
        info = self.types.get(local)
        there = info.fields.get(name, {}).get(graph) if info else None
        return there if there is not None and there.active(self.labels) else None

    def answers(self, graph: Graph, local: str, concrete: str, name: str, views: Views = ()) -> FieldIn | None:
        """The field if ``graph`` answers it on its type ``local``: not external, or a key, or provided by a view."""
        there = self.field(graph, local, name)
        if there is None or not there.external or there.key:
            return there
        provided = any(i.name == name and concrete in i.types for view in views for i in view.items)
        return there if provided else None

    def needs(self, graph: Graph, local: str, concrete: str, there: FieldIn) -> str | None:
        """What the field requires of other subgraphs: nothing when its own subgraph answers all of it."""
        if there.requires is None:
            return None
        key = (graph, local, concrete, there.requires)
        found = self._alone.get(key)
        if found is None:
            required = self.field_sets.of(frozenset({concrete}), there.requires)
            found = self._alone[key] = self.routes.covers(self.position(graph, {local}), required)
        return None if found else there.requires

    def below(self, graph: Graph, own: dict[str, str], name: str, views: Views) -> Position | None:
        """The position of what field ``name`` returns for objects of the local types ``own``; None for a leaf."""
        local: set[str] = set()
        more: list[Selection] = []
        for view in views:
            more += [i.children for i in view.items if i.name == name and i.children and i.types & own.keys()]
        composite = False
        for type_name in sorted(set(own.values())):
            there = self.field(graph, type_name, name)
            if there is None or there.named not in self.types:
                continue
            composite = True
            local |= self.possible(graph, there.named)
            if there.provides:
                provided = self.field_sets.of(self.concretes(there.named), there.provides)
                more += [provided] if provided not in more else []
        return self.position(graph, local, tuple(dict.fromkeys(more))) if composite else None

    def ways(self, position: Position, types: frozenset[str], name: str) -> Ways:
        """The ways to field ``name`` from ``position``, for groups of ``types`` that have the same ways."""
        key = (position, types, name)
        found = self._ways.get(key)
        if found is None:
            found = find_ways(self, position, types, name)
            if not self.routes.uncertain:
                self._ways[key] = found
        return found

    def shapes(self, types: frozenset[str], name: str) -> tuple[tuple[frozenset[str], Shapes], ...]:
        """``types`` in groups whose field ``name`` has one shape in every subgraph, with those shapes."""
        found = self._shapes.get((types, name))
        if found is None:
            groups: list[tuple[set[str], Shapes]] = []
            for concrete in sorted(types):
                mine = self._shapes_of(concrete, name)
                for members, shapes in groups:
                    if fit(shapes, mine):
                        members.add(concrete)
                        shapes.update(mine)
                        break
                else:
                    groups.append(({concrete}, dict(mine)))
            found = self._shapes[types, name] = tuple((frozenset(m), s) for m, s in groups)
        return found

    def _shapes_of(self, concrete: str, name: str) -> Shapes:
        return {
            graph: there.shape
            for graph in self.every
            for local in self.local_names(graph, concrete)
            if (there := self.field(graph, local, name)) is not None
        }


def fit(left: Shapes, right: Shapes) -> bool:
    """Whether two fields may share a response key in whichever subgraph has both."""
    return all(left.get(graph, shape) == shape for graph, shape in right.items())
