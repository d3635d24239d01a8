"""Steps and places: a plan while it is made. A step becomes one fetch, or one ``_entities`` call of a shared fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.planner.conditions import Conditions, either
from gateway.planner.plan import Key, OnTypes, OperationKind, RepresentationField
from gateway.planner.plan import Step as PathStep

if TYPE_CHECKING:
    from gateway.planner.join import Graph
    from gateway.planner.positions import Position
    from gateway.planner.sources import Sources
    from gateway.planner.wanted import Item


@dataclass(slots=True, eq=False)
class Entry:
    """A field selected in a step, for objects of the local types ``types``."""

    source: str
    name: str
    args: str
    variables: frozenset[str]
    types: frozenset[str]
    when: Conditions
    node: Node | None


@dataclass(slots=True, eq=False)
class Node:
    """A selection set of a step."""

    entries: dict[tuple[str, frozenset[str]], Entry] = field(default_factory=dict)

    def add(self, source: str, item: Item, types: frozenset[str], when: Conditions) -> Entry:
        """Select ``item`` under ``source``; what is there already is widened."""
        key = (source, types)
        found = self.entries.get(key)
        if found is None:
            node = Node() if item.children is not None else None
            found = self.entries[key] = Entry(source, item.name, item.args, item.variables, types, when, node)
        else:
            found.when = either(found.when, when)
        return found

    def add_typename(self, types: frozenset[str], when: Conditions) -> None:
        """Select ``__typename`` first."""
        key = ("__typename", types)
        found = self.entries.pop(key, None)
        entry = found or Entry("__typename", "__typename", "", frozenset(), types, when, None)
        entry.when = either(entry.when, when)
        self.entries = {key: entry, **self.entries}


@dataclass(slots=True, eq=False)
class Sent:
    """What a step sends for objects of one type: under which name (None: their own), with which fields."""

    entity: str | None
    fields: tuple[RepresentationField, ...]
    mandatory: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Step:
    """A piece of work for one subgraph at one place.

    ``roots``: for an entity step by the entity's name ("" for each object's own), else under "". ``deps``: the steps
    before it, as bits. ``sent``: per concrete type, empty for a step of root fields. ``requiring``: some of its fields
    need more than a key.
    """

    number: int
    graph: Graph
    kind: OperationKind
    place: Place
    when: Conditions
    deps: int = 0
    entity: bool = False
    roots: dict[str, Node] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    requiring: bool = False

    def root(self, entity: str = "") -> Node:
        """The selection for ``entity``."""
        found = self.roots.get(entity)
        if found is None:
            found = self.roots[entity] = Node()
        return found


@dataclass(slots=True, eq=False)
class Presence:
    """Objects of a place within a step: where its fields are selected."""

    step: Step
    node: Node
    position: Position


@dataclass(slots=True, eq=False)
class Place:
    """A place of the merged tree.

    ``on``: of its parent's objects only those of these types lead here (None: all). ``types``: what its objects may
    be. ``unknown``: a subgraph that cannot tell their concrete types brought them; ``tellers``: the steps that do tell,
    as bits.
    """

    parent: Place | None
    source: str
    on: frozenset[str] | None
    sources: Sources
    types: frozenset[str] = frozenset()
    unknown: bool = False
    tellers: int = 0
    origins: list[Presence] = field(default_factory=list)
    steps: dict[Graph, list[Step]] = field(default_factory=dict)
    children: dict[tuple[str, frozenset[str] | None], Place] = field(default_factory=dict)

    def child(self, source: str, on: frozenset[str] | None) -> Place:
        """The place under ``source``, for objects of the types ``on``."""
        key = (source, on)
        found = self.children.get(key)
        if found is None:
            found = self.children[key] = Place(self, source, on, self.sources.child(source))
        return found

    def arrive(self, presence: Presence, unknown: bool) -> None:
        """A step brings the objects of this place."""
        self.origins.append(presence)
        self.types |= presence.position.types
        self.unknown = self.unknown or unknown

    def narrows(self) -> bool:
        """Whether only some of the parent's objects lead here."""
        parent = self.parent
        return parent is not None and self.on is not None and not parent.unknown and self.on != parent.types

    def path(self) -> tuple[PathStep, ...]:
        """The way from the root of the merged tree."""
        steps: list[PathStep] = []
        for place in self.chain():
            if place.narrows() and place.on is not None:
                steps.append(OnTypes(place.on))
            steps.append(Key(place.source))
        return tuple(steps)

    def chain(self) -> Iterable[Place]:
        """The places from below the root to this one."""
        found: list[Place] = []
        place: Place | None = self
        while place is not None and place.parent is not None:
            found.append(place)
            place = place.parent
        return reversed(found)

    def names(self, types: frozenset[str]) -> Iterator[str]:
        """The ``__typename``s that objects of ``types`` may show here."""
        yield from types
        for origin in self.origins:
            for concrete in types & origin.position.types:
                if origin.position.of[concrete] != concrete:
                    yield origin.position.of[concrete]
