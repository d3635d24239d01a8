"""What a supergraph's join directives say: which subgraph has which type, field, key and member.

Reads join v0.1 to v0.5. Subgraphs are numbered in the order of the ``join__Graph`` enum; everything in the planner
speaks of them by these numbers and names them only in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    ValueNode,
    parse_type,
)

Graph = int


@dataclass(frozen=True, slots=True)
class FieldIn:
    """A field as one subgraph has it.

    ``shape``: its type there with a composite named type written ``{}``: fields of one shape may share a response key.
    ``named``: the named type there. ``label``: of a progressive override; ``takes_over`` tells whether this side has
    the field while the label is active, or while it is not. ``key``: part of one of its type's keys there.
    """

    named: str
    shape: str
    requires: str | None = None
    provides: str | None = None
    external: bool = False
    key: bool = False
    label: str | None = None
    takes_over: bool = False

    def active(self, labels: frozenset[str]) -> bool:
        """Whether the subgraph has the field while ``labels`` of progressive overrides are active."""
        return self.label is None or (self.label in labels) == self.takes_over


@dataclass(slots=True)
class TypeIn:
    """An object, interface or union over all subgraphs.

    ``keys``: per subgraph the resolvable ones; ``closed``: the others. ``members``: per subgraph the object types that
    an interface or union may be there (an ``@interfaceObject`` counts as one). ``interfaces``: over the whole
    supergraph.
    """

    name: str
    kind: str
    graphs: frozenset[Graph] = frozenset()
    object_in: frozenset[Graph] = frozenset()
    keys: dict[Graph, tuple[str, ...]] = field(default_factory=dict)
    closed: dict[Graph, tuple[str, ...]] = field(default_factory=dict)
    fields: dict[str, dict[Graph, FieldIn]] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    members: dict[Graph, set[str]] = field(default_factory=dict)
    interfaces: frozenset[str] = frozenset()


def arguments(directive: DirectiveNode) -> dict[str, Any]:
    """The arguments of a directive as plain values (enum values as their names)."""
    return {argument.name.value: plain(argument.value) for argument in directive.arguments or ()}


def plain(value: ValueNode) -> Any:
    """A constant as a Python value; an object or a variable is None."""
    if isinstance(value, ListValueNode):
        return [plain(item) for item in value.values]
    if isinstance(value, BooleanValueNode):
        return value.value
    return getattr(value, "value", None)


def named(node: TypeNode) -> str:
    """The name at the heart of a type."""
    while isinstance(node, (ListTypeNode, NonNullTypeNode)):
        node = node.type
    assert isinstance(node, NamedTypeNode)
    return node.name.value


def written(node: TypeNode, composites: frozenset[str]) -> str:
    """A type as text, a composite named type as ``{}``."""
    if isinstance(node, NonNullTypeNode):
        return written(node.type, composites) + "!"
    if isinstance(node, ListTypeNode):
        return "[" + written(node.type, composites) + "]"
    name = named(node)
    return "{}" if name in composites else name


class JoinReader:
    """Reads the types of one supergraph document."""

    def __init__(self, document: DocumentNode, graphs: Mapping[str, Graph]) -> None:
        self.graphs = graphs
        self.every = frozenset(graphs.values())
        composite = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, UnionTypeDefinitionNode)
        self.definitions = [node for node in document.definitions if isinstance(node, composite)]
        self.composites = frozenset(node.name.value for node in self.definitions)
        known = {node.name.value for node in document.definitions if node.kind == "directive_definition"}  # type: ignore[attr-defined]
        self.says_implements = "join__implements" in known
        self.says_members = "join__unionMember" in known

    def read(self) -> dict[str, TypeIn]:
        """Every object, interface and union, by name."""
        types = {node.name.value: self._type(node) for node in self.definitions}
        for node in self.definitions:
            self._memberships(node, types)
        return types

    def _type(self, node: TypeDefinitionNode) -> TypeIn:
        name = node.name.value
        info = TypeIn(name, node.kind.removesuffix("_type_definition"))
        joins = [arguments(d) for d in _directives(node, "join__type")]
        info.graphs = frozenset(self.graphs[join["graph"]] for join in joins) or self.every
        info.object_in = frozenset(self.graphs[j["graph"]] for j in joins if j.get("isInterfaceObject"))
        all_keys: dict[Graph, list[str]] = {}
        for join in joins:
            if join.get("key"):
                graph, resolvable = self.graphs[join["graph"]], join.get("resolvable", True)
                all_keys.setdefault(graph, []).append(join["key"])
                keys = info.keys if resolvable else info.closed
                keys[graph] = (*keys.get(graph, ()), join["key"])
        owner = next((self.graphs[arguments(d)["graph"]] for d in _directives(node, "join__owner")), None)
        if isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)):
            info.interfaces = frozenset(interface.name.value for interface in node.interfaces or ())
            key_fields = {graph: _top_names(texts) for graph, texts in all_keys.items()}
            for item in node.fields or ():
                info.fields[item.name.value] = self._field(item, info, owner, key_fields)
                info.returns[item.name.value] = named(item.type)
        return info

    def _field(
        self, node: FieldDefinitionNode, info: TypeIn, owner: Graph | None, keys: Mapping[Graph, set[str]]
    ) -> dict[Graph, FieldIn]:
        name = node.name.value
        keyed = {graph for graph, names in keys.items() if name in names}
        joins = [arguments(d) for d in _directives(node, "join__field")]
        if not joins:
            there: Iterable[Graph] = info.graphs if owner is None else {owner, *keyed}
            return {graph: self._field_in(node.type, {}, graph in keyed) for graph in sorted(there)}
        found = {
            self.graphs[join["graph"]]: self._field_in(
                parse_type(join["type"], no_location=True) if join.get("type") else node.type,
                join,
                self.graphs[join["graph"]] in keyed,
            )
            for join in joins
            if join.get("graph")
        }
        if owner is not None:
            for graph in keyed - found.keys():
                found[graph] = self._field_in(node.type, {}, True)
        return found

    def _field_in(self, type_node: TypeNode, join: Mapping[str, Any], key: bool) -> FieldIn:
        return FieldIn(
            named=named(type_node),
            shape=written(type_node, self.composites),
            requires=join.get("requires"),
            provides=join.get("provides"),
            external=bool(join.get("external") or join.get("usedOverridden")),
            key=key,
            label=join.get("overrideLabel"),
            takes_over=bool(join.get("override")),
        )

    def _memberships(self, node: TypeDefinitionNode, types: dict[str, TypeIn]) -> None:
        name = node.name.value
        info = types[name]
        if isinstance(node, UnionTypeDefinitionNode):
            for graph, member in self._members(node, info, types):
                info.members.setdefault(graph, set()).add(member)
            return
        for graph, interface in self._implements(node, info, types):
            if interface in types and (info.kind == "object" or graph in info.object_in):
                types[interface].members.setdefault(graph, set()).add(name)

    def _members(
        self, node: UnionTypeDefinitionNode, info: TypeIn, types: Mapping[str, TypeIn]
    ) -> Iterator[tuple[Graph, str]]:
        if self.says_members:
            for directive in _directives(node, "join__unionMember"):
                join = arguments(directive)
                yield self.graphs[join["graph"]], join["member"]
            return
        for member in node.types or ():
            for graph in info.graphs & types[member.name.value].graphs:
                yield graph, member.name.value

    def _implements(
        self, node: TypeDefinitionNode, info: TypeIn, types: Mapping[str, TypeIn]
    ) -> Iterator[tuple[Graph, str]]:
        if self.says_implements:
            for directive in _directives(node, "join__implements"):
                join = arguments(directive)
                yield self.graphs[join["graph"]], join["interface"]
            return
        for interface in info.interfaces:
            for graph in info.graphs & types[interface].graphs:
                yield graph, interface


def read_graphs(document: DocumentNode) -> list[tuple[str, str, str]]:
    """The subgraphs as (enum value, name, url), in the order of the ``join__Graph`` enum."""
    found = []
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            for value in node.values or ():
                join = next((arguments(d) for d in _directives(value, "join__graph")), {})
                found.append((value.name.value, join.get("name") or value.name.value, join.get("url") or ""))
    return found


def _directives(node: Any, name: str) -> Iterator[DirectiveNode]:
    return (directive for directive in node.directives or () if directive.name.value == name)


def _top_names(key_texts: Iterable[str]) -> set[str]:
    """The names of the fields at the top of some field sets."""
    names: set[str] = set()
    for text in key_texts:
        depth = 0
        for word in text.replace("{", " { ").replace("}", " } ").replace(",", " ").split():
            depth += (word == "{") - (word == "}")
            if depth == 0 and word != "}":
                names.add(word)
    return names
