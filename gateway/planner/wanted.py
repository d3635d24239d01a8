"""What is wanted at a place: fields over concrete types. And field sets (keys, requires, provides) read as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, parse

from gateway.planner.conditions import ALWAYS, Conditions
from gateway.planner.values import arguments_text

if TYPE_CHECKING:
    from gateway.planner.graph import PlanningGraph


@dataclass(slots=True, eq=False)
class Item:
    """A field wanted of objects of ``types`` (concrete types of the supergraph).

    ``key``: the response key that it should have. ``source``: the one it has, None until a place gives it one.
    ``args``: the arguments as text, with the parentheses. ``variables``: the operation's that they use.
    """

    name: str
    key: str
    types: frozenset[str]
    source: str | None = None
    args: str = ""
    variables: frozenset[str] = frozenset()
    when: Conditions = ALWAYS
    children: Selection | None = None

    def narrowed(self, types: frozenset[str], children: Selection | None) -> Item:
        """The same for fewer types or with less below it."""
        return Item(self.name, self.key, types, self.source, self.args, self.variables, self.when, children)


@dataclass(slots=True, eq=False)
class Selection:
    """The items wanted of one place. ``weight``: how many leaves there are. ``static``: lives with the supergraph."""

    items: tuple[Item, ...]
    static: bool = False
    weight: int = 0

    def __post_init__(self) -> None:
        self.weight = sum(max(1, item.children.weight) if item.children else 1 for item in self.items)


def typenames(items: Iterable[Item]) -> tuple[Item, ...]:
    """Of ``items`` only what tells types: each ``__typename``, and the fields that lead to one."""
    found: list[Item] = []
    for item in items:
        if item.name == "__typename":
            found.append(item.narrowed(item.types, None))
        elif item.children is not None and (below := typenames(item.children.items)):
            found.append(item.narrowed(item.types, Selection(below)))
    return tuple(found)


class FieldSets:
    """Field sets parsed once per set of types."""

    def __init__(self, graph: PlanningGraph) -> None:
        self.graph = graph
        self.parsed: dict[tuple[frozenset[str], str], Selection] = {}
        self.nodes: dict[str, SelectionSetNode] = {}

    def of(self, types: frozenset[str], text: str) -> Selection:
        """The field set ``text`` on objects of ``types``."""
        found = self.parsed.get((types, text))
        if found is None:
            node = self.nodes.get(text)
            if node is None:
                document = parse("{" + text + "}", no_location=True)
                node = self.nodes[text] = document.definitions[0].selection_set  # type: ignore[attr-defined]
            found = self.parsed[types, text] = self._selection([(node, types)], types, abstract=False)
        return found

    def _selection(
        self, sets: list[tuple[SelectionSetNode, frozenset[str]]], types: frozenset[str], *, abstract: bool
    ) -> Selection:
        items: list[Item] = []
        if abstract:
            items.append(Item("__typename", "__typename", types))
        merged: dict[tuple[str, str, str], list[tuple[FieldNode, frozenset[str]]]] = {}
        for node, of in sets:
            for item, of_item in self._fields(node, of):
                for named, narrowed in self._by_return(item.name.value, of_item):
                    merged.setdefault((item.name.value, arguments_text(item)[0], named), []).append((item, narrowed))
        for (name, args, named), found in merged.items():
            if name == "__typename" and abstract:
                continue
            of = frozenset().union(*(narrowed for _, narrowed in found))
            below = [(node.selection_set, self.graph.concretes(named)) for node, _ in found if node.selection_set]
            children = None
            if below:
                children = self._selection(below, self.graph.concretes(named), abstract=self.graph.is_abstract(named))
            items.append(Item(name, name, of, args=args, children=children))
        return Selection(tuple(items), static=True)

    def _by_return(self, name: str, types: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        by_return: dict[str, set[str]] = {}
        for one in sorted(types):
            by_return.setdefault(self.graph.returned(one, name), set()).add(one)
        return ((named, frozenset(of)) for named, of in by_return.items())

    def _fields(self, node: SelectionSetNode, types: frozenset[str]) -> Iterator[tuple[FieldNode, frozenset[str]]]:
        for child in node.selections:
            if isinstance(child, FieldNode):
                yield child, types
            elif isinstance(child, InlineFragmentNode):
                of = types
                if child.type_condition:
                    of = types & self.graph.concretes(child.type_condition.name.value)
                yield from self._fields(child.selection_set, of)


def merged_leaves(items: list[Item]) -> list[Item]:
    """Leaves that differ in their types alone become one; those that another holds already are gone."""
    merged: dict[tuple[object, ...], Item] = {}
    for item in items:
        key: tuple[object, ...] = (id(item),)
        if item.children is None:
            key = (item.name, item.source, item.args, item.when)
        found = merged.get(key)
        if found is None:
            merged[key] = item
        else:
            found.types |= item.types
    wide = {(i.name, i.source, i.args): i.types for i in merged.values() if i.children is None and i.when is ALWAYS}
    return [
        item
        for item in merged.values()
        if item.children is not None
        or item.when is ALWAYS
        or not item.types <= wide.get((item.name, item.source, item.args), frozenset())
    ]
