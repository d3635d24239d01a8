"""Suites of our own, in the manner of the public audit's: composed here, asked end to end, answered key by key."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from schema.compose.compose import compose
from schema.compose.errors import SubgraphSdl
from tests.federation.memory import memory_schema

SUITES = (
    "abstract_apart",
    "interface_object_afar",
    "null_keys",
    "requires_circle",
    "requires_conflicts",
    "shared_roots",
)


def _cases() -> list[Any]:
    return [
        pytest.param(suite, number, id=f"{suite}-{number}")
        for suite in SUITES
        for number in range(len(importlib.import_module(f"tests.federation.suites.{suite}").CASES))
    ]


def suite_engine(module: Any) -> Engine:
    """The engine over a suite's subgraphs, all of them new."""
    behaviours = module.subgraphs()
    composition = compose([SubgraphSdl(name, sdl) for name, sdl in module.SUBGRAPHS.items()])
    assert composition.supergraph_sdl is not None, composition.errors
    subgraphs = {
        name: LocalSubgraph(name, memory_schema(sdl, behaviours[name]), lambda _scope: None)
        for name, sdl in module.SUBGRAPHS.items()
    }
    return Engine(Supergraph.from_sdl(composition.supergraph_sdl), subgraphs)


@pytest.mark.parametrize(("suite", "number"), _cases())
async def test_the_case_is_answered(suite: str, number: int) -> None:
    module = importlib.import_module(f"tests.federation.suites.{suite}")
    query, data, error_paths = module.CASES[number]
    response = await suite_engine(module).execute(GraphQLRequest(query), RequestScope())
    assert (response.data, [error.get("path") for error in response.errors]) == (data, error_paths)
    assert json.dumps(response.data) == json.dumps(data)
