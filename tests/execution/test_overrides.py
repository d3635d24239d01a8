"""Progressive ``@override``: a label sends a share of the operations to the new subgraph."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.execution.engine import Engine
from gateway.execution.overrides import percent_labels
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from schema.compose import SubgraphSdl, compose
from tests.federation.memory import Behaviour, memory_schema

SDL = {
    "old": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
        type Query { post: Post }
        type Post @key(fields: "id") { id: ID! at: String }
    """,
    "new": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
        type Post @key(fields: "id") { id: ID! at: String @override(from: "old", label: "percent(25)") }
    """,
}


def _engine(**settings: Any) -> Engine:
    composition = compose([SubgraphSdl(name, sdl) for name, sdl in SDL.items()])
    assert composition.supergraph_sdl is not None, composition.errors
    subgraphs = {}
    for name, sdl in SDL.items():
        post = {"id": "1", "at": name}
        behaviour = Behaviour(query={"post": post} if name == "old" else {}, entities={"Post": lambda _, p=post: p})
        subgraphs[name] = LocalSubgraph(name, memory_schema(sdl, behaviour), lambda _scope: None)
    return Engine(Supergraph.from_sdl(composition.supergraph_sdl), subgraphs, **settings)


async def test_an_operation_is_planned_for_the_labels_that_are_active() -> None:
    active: list[frozenset[str]] = [frozenset(), frozenset({"percent(25)", "unknown"}), frozenset()]
    engine = _engine(overrides=lambda _scope: active.pop(0))
    answers = [await engine.execute(GraphQLRequest("{ post { at } }"), RequestScope()) for _ in range(3)]
    assert [answer.data for answer in answers] == [
        {"post": {"at": "old"}},
        {"post": {"at": "new"}},
        {"post": {"at": "old"}},
    ]


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [(0.0, {"percent(25)", "percent(0.5)"}), (0.1, {"percent(25)"}), (0.25, set()), (0.9, set())],
)
def test_a_percent_label_is_active_for_its_share(drawn: float, expected: set[str]) -> None:
    active = percent_labels(["percent(25)", "percent(0.5)", "beta", "percent(x)"], draw=lambda: drawn)
    assert active(RequestScope()) == expected


async def test_by_default_a_supergraph_with_percent_labels_decides_by_itself() -> None:
    engine = _engine()
    seen = set()
    for _ in range(200):
        response = await engine.execute(GraphQLRequest("{ post { at } }"), RequestScope())
        assert response.data is not None
        seen.add(response.data["post"]["at"])
    assert seen == {"old", "new"}
