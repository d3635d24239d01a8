"""One subgraph's own schema as a supergraph of itself alone, ``_entities`` included: what no other gateway planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graphql import GraphQLSchema, print_schema

from gateway.planner.access import Access
from gateway.planner.supergraph import Supergraph


def supergraph_alone(name: str, schema: GraphQLSchema, access: Mapping[str, Access]) -> Supergraph:
    """A supergraph of the one subgraph ``name``, with every field of ``schema`` in it. ``access``: by coordinate."""
    # Without further join directives all is of every subgraph. The printed schema, unlike the one that resolves,
    # takes a plugin's scalars as they come.
    graph = f'enum join__Graph {{ ALONE @join__graph(name: "{name}", url: "") }}'
    return replace(Supergraph.from_sdl(f"{print_schema(schema)}\n\n{graph}\n"), access=access)
