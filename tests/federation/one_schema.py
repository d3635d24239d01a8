"""The city as one schema in one process: what the federated city is held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema, is_object_type, print_schema

from gateway.planner.supergraph import Supergraph
from tests.federation.city import FIELDS, location, nearby
from tests.federation.memory import Row


def one_schema(supergraph: Supergraph) -> GraphQLSchema:
    """The public schema over the same world, executed as one."""
    schema = build_schema(print_schema(supergraph.public_schema))
    for type_ in schema.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                if (function := FIELDS.get(f"{type_.name}.{name}")) is not None:
                    field.resolve = _resolver(function, type_.name)
    return schema


def _resolver(function: Callable[..., Any], typename: str) -> Callable[..., Any]:
    def resolve(source: Row | None, _info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if source is None or typename == "Query":
            return function(**arguments)
        if function is nearby:
            return function({**source, "location": location(source)})
        return function(source, **arguments)

    return resolve
