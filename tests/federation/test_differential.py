"""Whatever is asked, four subgraphs and a plan answer what one schema over the same world answers."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from graphql import GraphQLSchema, execute_sync, parse, validate

from gateway.execution.engine import Engine
from gateway.request import GraphQLRequest, RequestScope
from identity.actor import Actor
from tests.federation.city import city_subgraphs, city_supergraph
from tests.federation.one_schema import one_schema
from tests.federation.random_queries import RandomQuery

OFFICER = Actor(id="officer", scopes=frozenset({"citizens:read"}))
PER_SEED = 25


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(city_supergraph(), city_subgraphs())


@pytest.fixture(scope="module")
def one(engine: Engine) -> GraphQLSchema:
    return one_schema(engine.supergraph)


@pytest.mark.parametrize("batch", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 24))])
async def test_a_random_operation_is_answered_as_by_one_schema(batch: int, engine: Engine, one: GraphQLSchema) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(PER_SEED):
        query = RandomQuery(one, batch * PER_SEED + number)
        document = parse(query.text)
        if validate(one, document):
            outcomes["not valid"] += 1
            continue
        expected = execute_sync(one, document, variable_values=query.variables)
        assert expected.errors is None, query.text
        response = await engine.execute(GraphQLRequest(query.text, None, query.variables), RequestScope(OFFICER))
        assert response.errors == [], query.text
        assert response.data == expected.data, query.text
        # The order of keys, too, is the client's.
        assert json.dumps(response.data) == json.dumps(expected.data), query.text
        outcomes["same"] += 1
    assert outcomes["same"] > PER_SEED * 0.6
