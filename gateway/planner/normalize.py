"""The client's operation, flattened: for each place the items wanted of its concrete types, and the projection.

Fragments are inlined by the types they hold for, selections of one response key are merged, constant ``@skip`` and
``@include`` are gone and those with variables are conditions. Every group of selections is read once for each type it
is applied to, so the work does not grow with the number of ways through abstract types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLOutputType,
    InlineFragmentNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
)

from gateway.planner.conditions import ALWAYS, EMPTY, Conjunction, any_of
from gateway.planner.defer import NOTHING_DEFERRED, Deferred, chain_of, defer_of, stands_at, within
from gateway.planner.graph import PlanningGraph
from gateway.planner.occurrences import Around, Occurrence, alike, below_of, classes, conditional, narrowed, stands_of
from gateway.planner.plan import Chain, DeferredFragment, ProjectedField, Projection
from gateway.planner.sources import Sources
from gateway.planner.supergraph import PlanLimitError
from gateway.planner.values import arguments_text
from gateway.planner.wanted import Item, Selection, merged_leaves, typenames

WORK_MAX = 200_000
NOWHERE: Chain = frozenset()
META_FIELDS: dict[str, GraphQLOutputType] = {
    "__typename": TypeNameMetaFieldDef.type,
    "__schema": SchemaMetaFieldDef.type,
    "__type": TypeMetaFieldDef.type,
}


@dataclass(slots=True, eq=False)
class Place:
    """What is wanted below a field, and how it is projected."""

    selection: Selection
    projection: Projection


class Normalizer:
    """Flattens one operation. ``sources`` is filled with the keys of the client's fields.

    ``work_max``: places, occurrences of fields in them, projected fields and what the builder adds; about 20 us each
    with all that follows. Fragments on types inside one another multiply. ``deferred``: the ``@defer``s that hold.
    """

    def __init__(
        self,
        graph: PlanningGraph,
        fragments: Mapping[str, FragmentDefinitionNode],
        work_max: int = WORK_MAX,
        deferred: Deferred = NOTHING_DEFERRED,
    ) -> None:
        self.graph = graph
        self.supergraph = graph.supergraph
        self.fragments = fragments
        self.sources = Sources()
        self.places: dict[tuple[object, ...], Place] = {}
        self.public: dict[str, frozenset[str]] = {}
        self.conditional = False
        self.order = 0
        self.work = 0
        self._work_max = work_max
        self._deferred = deferred

    def root(self, selection_set: SelectionSetNode, root_type: str) -> Place:
        """The operation's own place; ``__typename`` and introspection are projected but not wanted of a subgraph."""
        fragments = self.fragments.values()
        self.conditional = conditional(selection_set) or any(conditional(one.selection_set) for one in fragments)
        return self.place(((selection_set, EMPTY),), root_type, self.sources, root=True)

    def possible(self, name: str) -> frozenset[str]:
        """The public object types of a value of type ``name``."""
        found = self.public.get(name)
        if found is None:
            found = self.public[name] = self.graph.concretes(name) - self.supergraph.hidden
        return found

    def place(self, around: Around, name: str, sources: Sources, *, root: bool = False) -> Place:
        """What the selection sets ``around`` want of a value of type ``name``."""
        key = (name, id(sources), tuple((id(node), when) for node, when in around))
        found = self.places.get(key)
        if found is None:
            self.count(1)
            found = self.places[key] = self._place(around, name, sources, root=root)
        return found

    def _place(self, around: Around, name: str, sources: Sources, *, root: bool) -> Place:
        types = self.possible(name)
        by_key: dict[str, list[Occurrence]] = {}
        deferred: list[DeferredFragment] = []
        for node, when in around:
            self._collect(node, types, when, by_key, set(), deferred)
        items: list[Item] = []
        shown: list[tuple[str, list[Occurrence], list[tuple[Item, Place | None]]]] = []
        for key, occurrences in by_key.items():
            groups = alike(occurrences)
            for of, same in groups:
                below = self._want(key, of, same, sources, items, root=root)
                if len(groups) == 1:
                    shown.append((key, same, below))
            for of, same in classes(occurrences) if len(groups) > 1 else ():
                # What is wanted may overlap, what is shown of one object may not.
                found = self._want(key, of, same, sources, [], root=root)
                shown.append((key, same, found))
                if self.conditional:
                    # Each group tells the types under its own conditions, what is shown needs them under all.
                    items += typenames(item for item, below in found if below is not None)
        items = merged_leaves(items)
        abstract = self.graph.is_abstract(name)
        sole = self._sole(name, types, items) if abstract else name
        if sole is None and not any(i.name == "__typename" and i.types == types and i.when is ALWAYS for i in items):
            item = Item("__typename", "__typename", types, "__typename")
            if self._deferred:
                item.when = any_of(when for _, when in around)
            items.insert(0, item)
        fields: dict[str, list[tuple[int, ProjectedField]]] = {one: [] for one in ([sole] if sole else sorted(types))}
        for key, same, below in shown:
            self._show(key, same, below, fields, root=root)
        by_type = {
            concrete: tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))
            for concrete, found in fields.items()
        }
        return Place(Selection(tuple(items)), Projection(by_type, sole, tuple(deferred)))

    def _sole(self, name: str, types: frozenset[str], items: list[Item]) -> str | None:
        """A type that speaks for all at an abstract place, when nothing there differs between types."""
        if not types or len(types) != len(self.graph.concretes(name)):
            return None
        access = self.supergraph.access
        for item in items:
            if item.types != types or item.name == "__typename":
                return None
            if access and any(f"{concrete}.{item.name}" in access for concrete in types):
                return None
        if access and any(concrete in access for concrete in types):
            return None
        return min(types)

    def _collect(
        self,
        node: SelectionSetNode,
        types: frozenset[str],
        when: Conjunction,
        by_key: dict[str, list[Occurrence]],
        seen: set[tuple[object, ...]],
        deferred: list[DeferredFragment],
    ) -> None:
        for child in node.selections:
            held = narrowed(child, when)
            if held is None:
                continue
            if isinstance(child, FieldNode):
                key = (child.alias or child.name).value
                found = by_key.setdefault(key, [])
                self.order += 1
                self.count(1)
                found.append(Occurrence(self.order, child, types, held))
                continue
            spread = self.fragments[child.name.value] if isinstance(child, FragmentSpreadNode) else child
            assert isinstance(spread, (FragmentDefinitionNode, InlineFragmentNode))
            condition = spread.type_condition
            of = types & self.possible(condition.name.value) if condition else types
            self.count(1)
            if of and (defer := self._deferred.get(id(defer_of(child)))) is not None:
                held = within(defer, held)
                deferred.append(stands_at(defer, of, held))
            mark = (id(spread), of, held)
            if of and mark not in seen:
                seen.add(mark)
                self._collect(spread.selection_set, of, held, by_key, seen, deferred)

    def _want(
        self,
        key: str,
        types: frozenset[str],
        same: list[Occurrence],
        sources: Sources,
        items: list[Item],
        *,
        root: bool,
    ) -> list[tuple[Item, Place | None]]:
        """The items of one field on ``types``, added to ``items``, each with its place below."""
        node = same[0].node
        name = node.name.value
        args, variables = arguments_text(node)
        when = any_of(one.when for one in same)
        wanted = Item(name, key, types, None, args, variables, when)
        if name in META_FIELDS:
            wanted.source = key if root else name
            items += [] if root else [wanted]
            return [(wanted, None)]
        found: list[tuple[Item, Place | None]] = []
        for of, source in sources.take(self.graph, wanted, types, reuse=False):
            for returned, members in self._by_return(name, of):
                below = None
                if node.selection_set:
                    below = self.place(below_of(same), returned, sources.child(source))
                item = Item(name, key, members, source, args, variables, when, below.selection if below else None)
                found.append((item, below))
        items += [item for item, _ in found]
        return found

    def _show(
        self,
        key: str,
        same: list[Occurrence],
        found: list[tuple[Item, Place | None]],
        fields: dict[str, list[tuple[int, ProjectedField]]],
        *,
        root: bool,
    ) -> None:
        """Project what ``_want`` found."""
        node, stands = same[0].node, stands_of(same)
        inside = chain_of(frozenset().union(*(one.when for one in same))) if self._deferred else NOWHERE
        type_map = self.supergraph.public_schema.type_map
        meta = META_FIELDS.get(node.name.value)
        for item, below in found:
            source, projection = item.source or key, below.projection if below else None
            of = item.types & fields.keys()
            self.count(len(of) * len(stands))
            for concrete in of:
                type_ = meta or type_map[concrete].fields[item.name].type  # type: ignore[attr-defined]
                for order, when in stands:
                    projected = ProjectedField(key, source, concrete, item.name, type_, node, when, projection, inside)
                    fields[concrete].append((order, projected))

    def count(self, more: int) -> None:
        """Raises: PlanLimitError: the operation is too much work."""
        self.work += more
        if self.work > self._work_max:
            raise PlanLimitError("The operation wants too many different things in too many places: ask for less.")

    def _by_return(self, name: str, types: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
        found: dict[str, set[str]] = {}
        for concrete in types:
            found.setdefault(self.graph.returned(concrete, name), set()).add(concrete)
        return [(returned, frozenset(found[returned])) for returned in sorted(found)]
