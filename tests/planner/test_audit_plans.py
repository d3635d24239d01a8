"""The audit's queries: all are planned, with no more requests than other planners make, each valid where it goes."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from gateway.execution.engine import Engine
from gateway.planner import Plan, Supergraph, plan_operation
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.local import LocalSubgraph
from tests.planner.fetches import AUDIT, SUITES, audit_file, count_foreign, fetches
from tests.planner.operations import Operations
from tests.planner.subgraph_schemas import subgraph_schema
from tests.planner.world import World

pytestmark = pytest.mark.skipif(not SUITES, reason=f"the audit is not at {AUDIT}: set CONGDANSO_SHARED")
RANDOM_OPERATIONS = 12


def _plans(suite: str) -> list[tuple[dict[str, object], Plan]]:
    supergraph = Supergraph.from_sdl(audit_file(suite, "supergraph.graphql"))
    found = []
    for case in audit_file(suite, "plans.json"):
        document = parse(case["query"])
        if not validate(supergraph.public_schema, document):
            found.append((case, plan_operation(supergraph, document)))
    return found


def test_the_audit_takes_no_more_fetches_than_the_best_planner_there_is() -> None:
    ours = theirs = planned = 0
    for suite in SUITES:
        for case, plan in _plans(suite):
            planned += 1
            ours += plan.fetch_count
            theirs += count_foreign(case["hive"]["node"])  # type: ignore[index]
    assert planned == 126
    assert theirs == 278
    assert ours == 274


@pytest.mark.parametrize("suite", SUITES)
def test_no_query_of_the_audit_takes_more_fetches(suite: str) -> None:
    for case, plan in _plans(suite):
        assert plan.fetch_count == len(list(fetches(plan.node)))
        assert plan.fetch_count <= count_foreign(case["hive"]["node"]), case["query"]  # type: ignore[index]


@pytest.mark.parametrize("suite", SUITES)
def test_every_fetch_is_valid_in_its_subgraph(suite: str) -> None:
    schemas = {item["name"]: subgraph_schema(item["sdl"]) for item in audit_file(suite, "subgraphs.json")}
    for _, plan in _plans(suite):
        for fetch in fetches(plan.node):
            assert validate(schemas[fetch.subgraph], fetch.document) == [], fetch.text


@pytest.mark.parametrize("suite", SUITES)
async def test_random_operations_answer_as_one_schema_would(suite: str) -> None:
    supergraph = Supergraph.from_sdl(audit_file(suite, "supergraph.graphql"))
    world = World(supergraph)
    subgraphs = {
        item["name"]: LocalSubgraph(
            item["name"], world.subgraph(item["name"], subgraph_schema(item["sdl"])), lambda _scope: None
        )
        for item in audit_file(suite, "subgraphs.json")
    }
    engine = Engine(supergraph, subgraphs)
    operations = Operations(supergraph.public_schema, seed=len(suite))
    for _ in range(RANDOM_OPERATIONS):
        query, variables = operations.query(), operations.variables()
        expected = world.answer(query, variables)
        if expected is None:
            continue
        response = await engine.execute(GraphQLRequest(query, variables=variables), RequestScope())
        assert (response.errors, response.data) == ([], expected), query
