"""A federation subgraph in memory, from its SDL and a few functions: strict, so that a wrong plan is seen.

An object is a dict of exactly the fields that the subgraph resolves at that place. A field that is not in it (an
``@external`` one that was neither provided nor sent, an overridden one) is an error, and so is a representation
without a resolvable key or with a field that the subgraph does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SelectionSetNode,
    build_ast_schema,
    is_object_type,
    is_union_type,
    parse,
    print_ast,
)
from graphql.language import ast

Row = dict[str, Any]

_EXTENSIONS = {
    ast.ObjectTypeExtensionNode: ast.ObjectTypeDefinitionNode,
    ast.InterfaceTypeExtensionNode: ast.InterfaceTypeDefinitionNode,
    ast.UnionTypeExtensionNode: ast.UnionTypeDefinitionNode,
    ast.EnumTypeExtensionNode: ast.EnumTypeDefinitionNode,
    ast.InputObjectTypeExtensionNode: ast.InputObjectTypeDefinitionNode,
}


class NotHere(Exception):  # noqa: N818
    """The subgraph was asked for what it does not resolve at that place."""


@dataclass
class Behaviour:
    """What a subgraph does. A value of ``query`` and ``mutation`` is a function of the arguments, or a plain value.

    ``entities``: from a type's name to the function from a representation to its object. ``fields``: from
    ``Type.field`` to the function from the object and the arguments to the field's value.
    ``subscription``: functions that return an async iterator of root objects.
    """

    query: Mapping[str, Any] = field(default_factory=dict)
    mutation: Mapping[str, Any] = field(default_factory=dict)
    subscription: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    entities: Mapping[str, Callable[[Row], Row | None]] = field(default_factory=dict)
    fields: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


def memory_schema(sdl: str, behaviour: Behaviour) -> GraphQLSchema:
    """The executable schema of a subgraph, with ``_entities`` where it has resolvable keys."""
    definitions = [node for node in parse(sdl).definitions if not _is_schema_node(node)]
    keys = _keys(definitions)
    document = DocumentNode(definitions=tuple(_plain(definitions)))
    text = print_ast(document)
    entities = sorted(name for name in keys if _is_object(definitions, name))
    text += "\nscalar _Any\ntype _Service { sdl: String }\n"
    root = "extend type Query" if "type Query" in text else "type Query"
    text += f"{root} {{ _service: _Service }}\n"
    if entities:
        text += f"union _Entity = {' | '.join(entities)}\n"
        text += "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }\n"
    schema = build_ast_schema(parse(text))
    _attach(schema, behaviour, keys, sdl)
    return schema


def _is_schema_node(node: DefinitionNode) -> bool:
    return isinstance(node, ast.SchemaDefinitionNode | ast.SchemaExtensionNode | ast.DirectiveDefinitionNode)


def _is_object(definitions: list[DefinitionNode], name: str) -> bool:
    return any(
        isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode) and node.name.value == name
        for node in definitions
    )


def _plain(definitions: list[DefinitionNode]) -> list[DefinitionNode]:
    """The definitions without directives; an extension of nothing becomes a definition."""
    defined = {node.name.value for node in definitions if type(node) not in _EXTENSIONS}  # type: ignore[attr-defined]
    plain: list[DefinitionNode] = []
    for node in definitions:
        kind = type(node)
        if kind in _EXTENSIONS and node.name.value not in defined:  # type: ignore[attr-defined]
            defined.add(node.name.value)  # type: ignore[attr-defined]
            kind = _EXTENSIONS[kind]
        plain.append(_without_directives(node, kind))
    return plain


def _without_directives(node: Any, kind: Any = None) -> Any:
    if isinstance(node, tuple | list):
        return tuple(_without_directives(item) for item in node)
    if not isinstance(node, ast.Node):
        return node
    attributes = {key: _without_directives(getattr(node, key)) for key in node.keys if key != "loc"}
    if "directives" in attributes:
        attributes["directives"] = ()
    return (kind or type(node))(**attributes)


def _keys(definitions: list[DefinitionNode]) -> dict[str, list[SelectionSetNode]]:
    """The resolvable keys of each type that has any key."""
    keys: dict[str, list[SelectionSetNode]] = {}
    for node in definitions:
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value == "key":
                found = keys.setdefault(node.name.value, [])  # type: ignore[attr-defined]
                if _argument(directive, "resolvable") is not False:
                    found.append(_selections(_argument(directive, "fields")))
    return keys


def _argument(directive: DirectiveNode, name: str) -> Any:
    return next((arg.value.value for arg in directive.arguments or () if arg.name.value == name), None)  # type: ignore[attr-defined]


def _selections(text: str) -> SelectionSetNode:
    return parse(f"{{ {text} }}").definitions[0].selection_set  # type: ignore[attr-defined]


def _has_all(value: Any, selections: SelectionSetNode) -> bool:
    """Whether a representation holds every field of a key, none of them null."""
    if not isinstance(value, dict):
        return False
    for node in selections.selections:
        below = value.get(node.name.value)  # type: ignore[attr-defined]
        if below is None or (node.selection_set is not None and not _has_all(below, node.selection_set)):  # type: ignore[attr-defined]
            return False
    return True


def _attach(schema: GraphQLSchema, behaviour: Behaviour, keys: dict[str, list[SelectionSetNode]], sdl: str) -> None:
    roots = {"Query": behaviour.query, "Mutation": behaviour.mutation}
    for type_ in schema.type_map.values():
        if not is_object_type(type_) or type_.name.startswith("__"):
            continue
        for name, field_ in type_.fields.items():
            if type_.name == "Subscription" and name in behaviour.subscription:
                field_.subscribe = _subscribe(behaviour.subscription[name])
            own = roots.get(type_.name, {})
            if name in own:
                field_.resolve = _root(own[name])
            else:
                field_.resolve = _field(behaviour.fields.get(f"{type_.name}.{name}"))
    query = schema.query_type
    assert query is not None
    query.fields["_service"].resolve = lambda _source, _info: {"sdl": sdl}
    if "_entities" in query.fields:
        query.fields["_entities"].resolve = _entities(schema, behaviour, keys)


def _root(value: Any) -> Callable[..., Any]:
    if callable(value):
        return lambda _source, _info, **arguments: value(**arguments)
    return lambda _source, _info, **_arguments: value


def _subscribe(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _source, _info, **arguments: function(**arguments)


def _field(function: Callable[..., Any] | None) -> Callable[..., Any]:
    def resolve(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if function is not None:
            return function(source, **arguments)
        if info.field_name not in source:
            raise NotHere(f"{info.parent_type}.{info.field_name} is not resolved at {info.path.as_list()}")
        return source[info.field_name]

    return resolve


def _entities(
    schema: GraphQLSchema, behaviour: Behaviour, keys: dict[str, list[SelectionSetNode]]
) -> Callable[..., Any]:
    union = schema.type_map["_Entity"]
    assert is_union_type(union)

    def one(representation: Row) -> Row | Exception | None:
        typename = representation["__typename"]
        if not any(_has_all(representation, key) for key in keys.get(typename, ())):
            return NotHere(f"{representation} holds no key of {typename}")
        type_: Any = schema.type_map[typename]
        if unknown := representation.keys() - type_.fields.keys() - {"__typename"}:
            return NotHere(f"{typename} has no {sorted(unknown)} here")
        if typename not in behaviour.entities:
            return NotHere(f"{typename} is not resolved by reference")
        try:
            row = behaviour.entities[typename](representation)
        except Exception as error:
            return error
        return None if row is None else {"__typename": typename, **row}

    def resolve(_source: Any, _info: Any, representations: list[Row]) -> list[Any]:
        return [one(representation) for representation in representations]

    return resolve


def row_by(key: str, rows: Mapping[str, Row], *kept: str) -> Callable[[Row], Row | None]:
    """An entity function: the row whose ``key`` is sent, with the representation's own fields where ``kept`` names
    them (what ``@requires`` asks for)."""

    def find(representation: Row) -> Row | None:
        row = rows.get(representation[key])
        if row is None:
            return None
        return {**row, **{name: representation[name] for name in kept if name in representation}}

    return find
