"""Changes of one element that graphql-core does not look at: deprecation, lost defaults, @oneOf, @specifiedBy."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_required_argument,
    is_required_input_field,
)

from .change import Change, Level

Part = GraphQLField | GraphQLArgument | GraphQLInputField | GraphQLEnumValue
PartT = TypeVar("PartT", GraphQLField, GraphQLArgument, GraphQLInputField, GraphQLEnumValue)


def element_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Of elements that are in both schemas."""
    for name, before in old.type_map.items():
        after = new.type_map.get(name)
        if name.startswith("__") or after is None or type(before) is not type(after):
            continue
        yield from _type_changes(before, after)
        for where, was, is_now in _parts(before, after):
            yield from _deprecation(where, was.deprecation_reason, is_now.deprecation_reason)
            yield from _required(where, was, is_now)


def _type_changes(before: GraphQLNamedType, after: GraphQLNamedType) -> Iterator[Change]:
    name = before.name
    if isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType):
        if after.is_one_of and not before.is_one_of:
            yield Change(Level.BREAKING, "ONE_OF_ADDED", name, f"{name} takes exactly one of its fields now.")
        elif before.is_one_of and not after.is_one_of:
            yield Change(Level.SAFE, "ONE_OF_REMOVED", name, f"{name} no longer takes exactly one of its fields.")
    if isinstance(before, GraphQLScalarType) and isinstance(after, GraphQLScalarType):
        was, is_now = before.specified_by_url, after.specified_by_url
        if was != is_now:
            said = f"{name} is specified by {is_now or 'nothing'} now; before by {was or 'nothing'}."
            yield Change(Level.DANGEROUS, "SPECIFIED_BY_CHANGED", name, said)


def _parts(before: GraphQLNamedType, after: GraphQLNamedType) -> Iterator[tuple[str, Part, Part]]:
    """(coordinate, old, new) of what both types have."""
    fielded = (GraphQLObjectType, GraphQLInterfaceType)
    name = before.name
    if isinstance(before, fielded) and isinstance(after, fielded):
        for field, was, is_now in _both(before.fields, after.fields):
            yield f"{name}.{field}", was, is_now
            for argument, was_argument, is_argument in _both(was.args, is_now.args):
                yield f"{name}.{field}({argument}:)", was_argument, is_argument
    elif isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType):
        for field, was_input, is_input in _both(before.fields, after.fields):
            yield f"{name}.{field}", was_input, is_input
    elif isinstance(before, GraphQLEnumType) and isinstance(after, GraphQLEnumType):
        for value, was_value, is_value in _both(before.values, after.values):
            yield f"{name}.{value}", was_value, is_value


def _both(old: Mapping[str, PartT], new: Mapping[str, PartT]) -> Iterator[tuple[str, PartT, PartT]]:
    return ((name, old[name], new[name]) for name in old if name in new)


def _deprecation(where: str, was: str | None, is_now: str | None) -> Iterator[Change]:
    if was is None and is_now is not None:
        yield Change(Level.SAFE, "DEPRECATED", where, f"{where} is deprecated now: {is_now}")
    elif was is not None and is_now is None:
        yield Change(Level.SAFE, "UNDEPRECATED", where, f"{where} is no longer deprecated.")
    elif was != is_now:
        yield Change(Level.SAFE, "DEPRECATION_CHANGED", where, f"{where} is deprecated for another reason: {is_now}")


def _required(where: str, was: Part, is_now: Part) -> Iterator[Change]:
    """A non-null argument that loses its default; a type that becomes non-null is told as a change of type."""
    if isinstance(was, GraphQLArgument) and isinstance(is_now, GraphQLArgument):
        code, lost = "ARG_BECAME_REQUIRED", is_required_argument(is_now) and not is_required_argument(was)
    elif isinstance(was, GraphQLInputField) and isinstance(is_now, GraphQLInputField):
        code, lost = "INPUT_FIELD_BECAME_REQUIRED", is_required_input_field(is_now) and not is_required_input_field(was)
    else:
        return
    if lost and str(was.type) == str(is_now.type):
        yield Change(Level.BREAKING, code, where, f"{where} is required now: its default was removed.")
