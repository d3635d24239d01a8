"""What the actor may not see is taken out of the operation before it is planned, and answers null with an error.

A denied field is replaced in the document by ``__typename`` under the field's own response key, which keeps its place
among its siblings; the projection then knows it by its location. An operation that touches nothing guarded pays
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from gateway.execution.errors import FORBIDDEN, UNAUTHENTICATED
from gateway.planner.plan import ProjectedField
from gateway.request import RequestScope


class Access(Protocol):
    """What a coordinate of the supergraph asks of the actor; empty scopes and policies ask nothing."""

    @property
    def authenticated(self) -> bool: ...
    @property
    def scopes(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def policies(self) -> tuple[tuple[str, ...], ...]: ...


PolicyCheck = Callable[[str, RequestScope], bool]


class Denied:
    """The denied places of one operation for one set of denied coordinates.

    ``types``: by the name of a denied object type, the message and code for an object of it at an abstract place.
    """

    def __init__(self, coordinates: frozenset[str], signed_in: bool) -> None:
        self.coordinates = coordinates
        self._code = FORBIDDEN if signed_in else UNAUTHENTICATED
        self._places: dict[int, dict[str, tuple[GraphQLOutputType, str]]] = {}
        self.types = {name: self._words(name) for name in coordinates if "." not in name}

    def add(self, node: FieldNode, parent: str, type_: GraphQLOutputType, coordinate: str) -> None:
        if node.loc is not None:
            self._places.setdefault(node.loc.start, {})[parent] = (type_, coordinate)

    def denial(self, field: ProjectedField) -> tuple[GraphQLOutputType, str, str] | None:
        """For a projected field that stands for a denied one: its type in the public schema, message and code."""
        if field.name != "__typename" or field.node.loc is None:
            return None
        places = self._places.get(field.node.loc.start)
        if places is None:
            return None
        # A place on an interface is noted under its name, and projected under that of each of its types.
        type_, coordinate = places.get(field.parent) or next(iter(places.values()))
        return (type_, *self._words(coordinate))

    def _words(self, coordinate: str) -> tuple[str, str]:
        if self._code == UNAUTHENTICATED:
            return f"{coordinate} is for those who are signed in", self._code
        return f"{coordinate} is not allowed to you", self._code


class Guards:
    """The guarded coordinates of a supergraph.

    ``access``: by ``Type.field`` or ``Type``. ``policy``: whether a named ``@policy`` holds for the scope's actor.
    """

    def __init__(self, schema: GraphQLSchema, access: Mapping[str, Access], policy: PolicyCheck | None = None) -> None:
        self._schema = schema
        self._access = access
        self._policy = policy

    def touched(self, document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
        """The guarded coordinates that the operation touches, sorted. Most operations: none."""
        if not self._access:
            return ()
        found: set[str] = set()
        root = self._schema.get_root_type(operation.operation)
        if root is not None:
            self._note(operation.selection_set, root, found)
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                condition = self._schema.type_map.get(definition.type_condition.name.value)
                if condition is not None:
                    self._note(definition.selection_set, condition, found)
        return tuple(sorted(found))

    def denied(self, touched: tuple[str, ...], scope: RequestScope) -> frozenset[str]:
        """Those of the touched coordinates that the scope's actor may not see."""
        return frozenset(coordinate for coordinate in touched if not self._allows(coordinate, scope))

    def _allows(self, coordinate: str, scope: RequestScope) -> bool:
        access = self._access[coordinate]
        actor = scope.actor
        if access.authenticated and not actor.is_authenticated:
            return False
        if access.scopes and not actor.has_scopes(access.scopes):
            return False
        if access.policies:
            policy = self._policy
            # A policy that nobody can judge is not met.
            return policy is not None and any(all(policy(name, scope) for name in names) for names in access.policies)
        return True

    def _note(self, selections: SelectionSetNode, parent: GraphQLNamedType, found: set[str]) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                type_ = field_type(self._schema, parent, node)
                if type_ is None:
                    continue
                named = get_named_type(type_)
                found.update(self._guards_of(parent, node.name.value, named))
                if node.selection_set is not None:
                    self._note(node.selection_set, named, found)
            elif isinstance(node, InlineFragmentNode):
                self._note(node.selection_set, condition_of(self._schema, node, parent), found)

    def _guards_of(self, parent: GraphQLNamedType, field: str, named: GraphQLNamedType) -> Iterator[str]:
        candidates = [parent.name, f"{parent.name}.{field}", named.name]
        if is_abstract_type(parent):
            candidates += [f"{possible.name}.{field}" for possible in self._schema.get_possible_types(parent)]
        if is_abstract_type(named):
            candidates += [possible.name for possible in self._schema.get_possible_types(named)]
        return (coordinate for coordinate in candidates if coordinate in self._access)


def without_denied(schema: GraphQLSchema, document: DocumentNode, denied: Denied) -> DocumentNode:
    """The document with every denied field replaced; ``denied`` learns where they stood."""
    removal = _Removal(schema, denied)
    definitions: list[Any] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            parent: Any = schema.get_root_type(definition.operation)
        elif isinstance(definition, FragmentDefinitionNode):
            parent = schema.type_map.get(definition.type_condition.name.value)
        else:
            parent = None
        if parent is None:
            definitions.append(definition)
        else:
            selection_set = removal.selection_set(definition.selection_set, parent)  # type: ignore[attr-defined]
            definitions.append(copied(definition, selection_set=selection_set))
    return DocumentNode(definitions=tuple(definitions), loc=document.loc)


class _Removal:
    """Rewrites selection sets without what is denied."""

    def __init__(self, schema: GraphQLSchema, denied: Denied) -> None:
        self._schema = schema
        self._denied = denied

    def selection_set(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> SelectionSetNode:
        nodes = [new for node in selections.selections for new in self._selection(node, parent)]
        return SelectionSetNode(selections=tuple(nodes), loc=selections.loc)

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType) -> list[SelectionNode]:
        if isinstance(node, InlineFragmentNode):
            condition = condition_of(self._schema, node, parent)
            return [copied(node, selection_set=self.selection_set(node.selection_set, condition))]
        if isinstance(node, FragmentSpreadNode) or not isinstance(node, FieldNode):
            return [node]
        type_ = field_type(self._schema, parent, node)
        if type_ is None:
            return [node]
        denied = self._denied.coordinates
        named = get_named_type(type_)
        for coordinate in (f"{parent.name}.{node.name.value}", named.name, parent.name):
            if coordinate in denied:
                return [self._stand_in(node, parent, type_, coordinate)]
        if is_abstract_type(parent):
            possible = self._schema.get_possible_types(parent)
            if any(f"{object_type.name}.{node.name.value}" in denied for object_type in possible):
                return [self._for_type(node, object_type) for object_type in possible]
        if node.selection_set is not None:
            return [copied(node, selection_set=self.selection_set(node.selection_set, named))]
        return [node]

    def _for_type(self, node: FieldNode, object_type: GraphQLNamedType) -> InlineFragmentNode:
        """A field of an abstract place, for one of its types: for some it is denied, for others not."""
        return InlineFragmentNode(
            type_condition=NamedTypeNode(name=NameNode(value=object_type.name)),
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(self._selection(node, object_type))),
        )

    def _stand_in(
        self, node: FieldNode, parent: GraphQLNamedType, type_: GraphQLOutputType, coordinate: str
    ) -> FieldNode:
        self._denied.add(node, parent.name, type_, coordinate)
        return FieldNode(
            alias=NameNode(value=(node.alias or node.name).value),
            name=NameNode(value="__typename"),
            arguments=(),
            directives=node.directives,
            loc=node.loc,
        )


def field_type(schema: GraphQLSchema, parent: GraphQLNamedType, node: FieldNode) -> GraphQLOutputType | None:
    """The type of a selected field; None for ``__typename``, introspection, and what does not exist."""
    if node.name.value.startswith("__") or not is_composite_type(parent):
        return None
    field = schema.get_field(parent, node.name.value)
    return None if field is None else field.type


def condition_of(schema: GraphQLSchema, node: InlineFragmentNode, parent: GraphQLNamedType) -> GraphQLNamedType:
    """The type that an inline fragment's selections are of."""
    if node.type_condition is None:
        return parent
    return schema.type_map.get(node.type_condition.name.value, parent)


def copied(node: Any, **changes: Any) -> Any:
    """A node with some attributes replaced."""
    return type(node)(**{key: changes.get(key, getattr(node, key)) for key in node.keys})
