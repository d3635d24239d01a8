"""The public audit's cases, end to end: what the suites' subgraphs answer together, value by value and key by key."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from gateway.execution.engine import Engine
from gateway.planner.supergraph import Supergraph
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from tests.federation.memory import memory_schema

SHARED = Path(os.environ.get("CONGDANSO_SHARED", Path(__file__).parents[3] / "shared"))
AUDIT = SHARED / "federation" / "audit"

# Three suites differ in the federation version of their SDL only.
MODULES = {
    "fed1-external-extends": "external_users",
    "fed1-external-extension": "external_users",
    "fed2-external-extends": "external_users",
}
# The audit ignores errors. Of the cases that answer data this one must say an error beside it: a hidden enum value.
WITH_ERRORS = {("simple-inaccessible", 3)}
# Its expected data is not in the order of its queries.
WITHOUT_ORDER = {"shared-root"}


def _cases() -> list[Any]:
    if not AUDIT.is_dir():
        reason = f"the audit's cases are not at {AUDIT}: set CONGDANSO_SHARED"
        return [pytest.param("", 0, {}, marks=pytest.mark.skip(reason=reason))]
    return [
        pytest.param(folder.name, number, case, id=f"{folder.name}-{number}")
        for folder in sorted(AUDIT.iterdir())
        for number, case in enumerate(json.loads((folder / "tests.json").read_text()))
    ]


def audit_engine(suite: str) -> Engine:
    """The engine over a suite's subgraphs, all of them new."""
    module = importlib.import_module(f"tests.federation.suites.{MODULES.get(suite, suite.replace('-', '_'))}")
    behaviours = module.subgraphs()
    subgraphs = {
        item["name"]: LocalSubgraph(
            item["name"], memory_schema(item["sdl"], behaviours[item["name"]]), lambda _scope: None
        )
        for item in json.loads((AUDIT / suite / "subgraphs.json").read_text())
    }
    return Engine(Supergraph.from_sdl((AUDIT / suite / "supergraph.graphql").read_text()), subgraphs)


@pytest.mark.parametrize(("suite", "number", "case"), _cases())
async def test_the_audit_case_is_answered(suite: str, number: int, case: dict[str, Any]) -> None:
    engine = audit_engine(suite)
    response = await engine.execute(GraphQLRequest(case["query"]), RequestScope())
    expected = case["expected"]
    if "data" in expected:
        assert response.data == expected["data"], response.errors
        if suite not in WITHOUT_ORDER:
            # As text, since dicts of another order of keys are equal.
            assert json.dumps(response.data) == json.dumps(_typed(expected["data"], response.data))
    wants_errors = expected.get("errors", False) or (suite, number) in WITH_ERRORS
    assert bool(response.errors) == wants_errors, response.errors


def _typed(expected: Any, actual: Any) -> Any:
    """The expected data with 100 written as 100.0 where a Float answers: in JSON they are one number."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: _typed(value, actual.get(key)) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [_typed(one, other) for one, other in zip(expected, actual, strict=True)]
    if type(expected) is int and type(actual) is float:
        return float(expected)
    return expected
