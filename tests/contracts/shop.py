"""A small shop over two subgraphs with every kind of tagged element, its contracts, and what they show clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import print_schema

from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from schema.compose import SubgraphSdl, compose
from schema.contracts import Contract, apply_contract
from tests.federation.memory import Behaviour, memory_schema

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@external",
  "@requires", "@shareable", "@inaccessible"])
"""


def composed(*sdls: str) -> str:
    """The supergraph of subgraphs called a, b, c."""
    subgraphs = [SubgraphSdl(name, LINK + sdl) for name, sdl in zip("abc", sdls, strict=False)]
    composition = compose(subgraphs)
    assert composition.supergraph_sdl is not None, composition.errors
    return composition.supergraph_sdl


def contract(include: Sequence[str] = (), exclude: Sequence[str] = (), *, hide_unreachable: bool = False) -> Contract:
    return Contract(frozenset(include), frozenset(exclude), hide_unreachable)


def contracted(wanted: Contract, *sdls: str) -> str:
    """The supergraph of the contract."""
    made = apply_contract(composed(*sdls), wanted)
    assert made.supergraph_sdl is not None, made.errors
    return made.supergraph_sdl


def public(wanted: Contract, *sdls: str) -> str:
    """The public schema of the contract, as SDL."""
    return print_schema(Supergraph.from_sdl(contracted(wanted, *sdls)).public_schema)


def refused(wanted: Contract, *sdls: str) -> list[tuple[str, str]]:
    """Code and message of each reason why there is no such contract."""
    made = apply_contract(composed(*sdls), wanted)
    assert made.supergraph_sdl is None
    return [(error.code, error.message) for error in made.errors]


async def ask(
    wanted: Contract, parts: Sequence[tuple[str, Behaviour]], query: str, **variables: Any
) -> GraphQLResponse:
    """The answer of an engine over the contract. ``parts``: SDL and behaviour of each subgraph."""
    supergraph = Supergraph.from_sdl(contracted(wanted, *(sdl for sdl, _ in parts)))
    subgraphs = {
        name: LocalSubgraph(name, memory_schema(LINK + sdl, behaviour), lambda _scope: None)
        for name, (sdl, behaviour) in zip("abc", parts, strict=False)
    }
    return await Engine(supergraph, subgraphs).execute(GraphQLRequest(query, None, variables), RequestScope())
