"""What the tables are about, found in the public schema: root fields, private fields, arguments that are ids."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
)

from gateway.execution.authorize import Access


@dataclass(frozen=True)
class Step:
    """One field on the way down from a root. ``parent``: the type that it is selected on."""

    parent: GraphQLObjectType
    name: str

    @property
    def field(self) -> GraphQLField:
        return self.parent.fields[self.name]

    @property
    def coordinate(self) -> str:
        return f"{self.parent.name}.{self.name}"


Way = tuple[Step, ...]
"""From a root field down to a field."""


def roots(schema: GraphQLSchema) -> Iterator[Step]:
    for root in (schema.query_type, schema.subscription_type, schema.mutation_type):
        if root is not None:
            yield from (Step(root, name) for name in root.fields)


def private_ways(schema: GraphQLSchema, access: Mapping[str, Access]) -> dict[str, Way]:
    """The shortest way to each private field: one that is guarded, or of a type that no open way leads to."""
    guarded = frozenset(access)
    open_ways = _ways(schema, guarded)
    found = {}
    for coordinate, way in _ways(schema, frozenset()).items():
        last = way[-1]
        is_guarded = coordinate in guarded or last.parent.name in guarded
        if len(way) > 1 and (is_guarded or coordinate not in open_ways) and not _is_frame(last.parent):
            found[coordinate] = way
    return found


def _ways(schema: GraphQLSchema, closed: frozenset[str]) -> dict[str, Way]:
    """The shortest way to each field, queries first. ``closed``: fields and types that no way leads through."""
    found: dict[str, Way] = {}
    waiting: deque[Way] = deque((step,) for step in roots(schema))
    while waiting:
        way = waiting.popleft()
        last = way[-1]
        named = get_named_type(last.field.type)
        if last.coordinate in found or closed & {last.coordinate, last.parent.name, named.name}:
            continue
        found[last.coordinate] = way
        for type_ in _objects(schema, named):
            waiting.extend((*way, Step(type_, name)) for name in type_.fields)
    return found


def _objects(schema: GraphQLSchema, named: GraphQLNamedType) -> list[GraphQLObjectType]:
    if isinstance(named, GraphQLObjectType):
        return [named]
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        return list(schema.get_possible_types(named))
    return []


def _is_frame(type_: GraphQLObjectType) -> bool:
    """Connections, edges and payloads hold nothing of anybody by themselves."""
    names = set(type_.fields)
    return {"edges", "pageInfo"} <= names or names == {"node", "cursor"} or "userErrors" in names


def selection(schema: GraphQLSchema, way: Way, arguments: Mapping[str, str]) -> str:
    """``{ a { b { c } } }``, with the codes that payloads on the way tell. ``arguments``: by coordinate."""
    inner = ""
    for index in range(len(way) - 1, -1, -1):
        step = way[index]
        types = _objects(schema, get_named_type(step.field.type))
        if not inner and types:
            inner = "{ userErrors { code message } }" if "userErrors" in types[0].fields else "{ __typename }"
        told = "userErrors { code message } " if "userErrors" in step.parent.fields else ""
        inner = f"{{ {told}{step.name}{arguments.get(step.coordinate, '')} {inner} }}"
        if index and is_abstract_type(get_named_type(way[index - 1].field.type)):
            inner = f"{{ ... on {step.parent.name} {inner} }}"
    return inner


def id_arguments(schema: GraphQLSchema) -> dict[str, Step]:
    """``Query.report(id)`` or ``Mutation.markRead(input.ids)`` -> the field, for each argument that is an id."""
    found = {}
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for name, field in type_.fields.items():
            for path in _id_paths(field.args, ()):
                found[f"{type_.name}.{name}({path})"] = Step(type_, name)
    return found


def _id_paths(
    given: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], within: tuple[GraphQLNamedType, ...]
) -> Iterator[str]:
    for name, argument in given.items():
        named = get_named_type(argument.type)
        if named.name == "ID":
            yield name
        elif isinstance(named, GraphQLInputObjectType) and named not in within:
            yield from (f"{name}.{path}" for path in _id_paths(named.fields, (*within, named)))
