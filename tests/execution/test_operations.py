"""Operations: refused before anything is executed, prepared once, kept in bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema

from gateway.execution import operations
from gateway.execution.errors import RequestError
from gateway.request import GraphQLRequest, RequestScope
from identity.actor import Actor
from tests.execution.recorded import City


@pytest.mark.parametrize(
    ("query", "operation_name", "variables", "code"),
    [
        ("{ me {", None, {}, "GRAPHQL_PARSE_FAILED"),
        ("{" * 2000, None, {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", None, {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { me { id } } query B { me { id } }", None, {}, "OPERATION_RESOLUTION_FAILURE"),
        ("query A { me { id } }", "B", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Citizen { id }", None, {}, "OPERATION_RESOLUTION_FAILURE"),
        ("query ($id: ID!) { agency(id: $id) { id } }", None, {}, "BAD_USER_INPUT"),
        ("query ($n: Int) { reports(first: $n) { id } }", None, {"n": "two"}, "BAD_USER_INPUT"),
        ("subscription { reportSubmitted { id } }", None, {}, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_a_faulty_request_is_refused_before_anything_is_executed(
    query: str, operation_name: str | None, variables: dict[str, Any], code: str
) -> None:
    city = City()
    response = await city.ask(query, variables, operation_name)
    assert response.executed is False
    assert "data" not in response.as_map()
    assert {error["extensions"]["code"] for error in response.errors} == {code}
    assert city.log == []


async def test_the_named_operation_is_run() -> None:
    city = City()
    query = "query A { me { name } } query B { me { id } }"
    assert (await city.ask(query, operation_name="A")).data == {"me": {"name": "Lan"}}
    assert (await city.ask(query, operation_name="B")).data == {"me": {"id": "c1"}}


def test_the_cache_is_bounded_by_what_its_operations_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = City().engine
    first, second = (GraphQLRequest("{ me { id } }" + " " * n) for n in (800, 801))
    prepared = engine.prepare(first)
    assert engine.prepare(first) is prepared
    monkeypatch.setattr(operations, "_WEIGHT_MAX", 2 * prepared.weight)
    engine.prepare(second)
    assert engine.prepare(first) is not prepared
    assert engine._operations._weight <= 2 * prepared.weight


def test_an_operation_that_weighs_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = City().engine
    light = GraphQLRequest("{ me { id } }")
    heavy = GraphQLRequest("{ me { " + " ".join(f"a{n}: id" for n in range(50)) + " } }")
    monkeypatch.setattr(operations, "_OPERATION_MAX", 2 * engine.prepare(light).weight)
    assert engine.prepare(heavy) is not engine.prepare(heavy)
    assert len(engine._operations) == 1
    assert engine.prepare(light) is engine.prepare(light)


def test_variants_weigh_too_and_few_heavy_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = City().engine
    prepared = engine.prepare(GraphQLRequest("{ me { phone note } }"))
    alone = prepared.weight
    first = prepared.program_for(RequestScope())
    assert prepared.weight == alone + first.weight
    assert engine.prepare(GraphQLRequest("{ me { phone note } }")) is prepared
    assert engine._operations._weight == prepared.weight
    monkeypatch.setattr(operations, "_VARIANTS_WEIGHT", first.weight)
    second = prepared.program_for(RequestScope(Actor(id="lan")))
    assert prepared.weight == alone + second.weight
    assert prepared.program_for(RequestScope()) is not first


def test_answers_about_the_schema_are_kept_by_the_question_and_few_of_them() -> None:
    engine = City().engine
    texts = ["{ __schema { queryType { name } } }", "{ __schema  { queryType { name } } me { id } }"]
    parts = [engine.prepare(GraphQLRequest(text)).introspection for text in texts]
    assert parts[0] is not None
    assert parts[1] is not None
    assert parts[0].answer({}) == {"__schema": {"queryType": {"name": "Query"}}}
    assert parts[1].answer({}) is parts[0].answer({})
    for number in range(30):
        part = engine.prepare(GraphQLRequest(f"{{ a{number}: __schema {{ queryType {{ name }} }} }}")).introspection
        assert part is not None
        part.answer({})
    assert len(engine._operations._answers) == 20


async def test_an_operation_whose_plan_is_too_much_work_is_refused() -> None:
    city = City(plan_work=20)
    assert (await city.ask("{ me { id name } }")).errors == []
    response = await city.ask("{ me { " + " ".join(f"a{n}: id" for n in range(20)) + " } }")
    assert [error["extensions"]["code"] for error in response.errors] == ["PLAN_LIMIT"]
    assert (response.executed, len(city.log)) == (False, 1)


def test_an_operation_is_prepared_once_and_the_cache_is_bounded() -> None:
    engine = City(cache_size=2).engine
    first = engine.prepare(GraphQLRequest("{ me { id } }"))
    engine.prepare(GraphQLRequest("{ me { name } }"))
    assert engine.prepare(GraphQLRequest("{ me { id } }")) is first
    engine.prepare(GraphQLRequest("{ me { level } }"))
    assert engine.prepare(GraphQLRequest("{ me { id } }")) is first
    with pytest.raises(RequestError, match="nobody"):
        engine.prepare(GraphQLRequest("{ nobody }"))
    assert len(engine._operations) == 2


class Check:
    """A guard that refuses the word "banned", several operations in a document, and a variable above 3."""

    hide_suggestions = True

    def check_text(self, text: str) -> None:
        if "banned" in text:
            raise GraphQLError("Not that word", extensions={"code": "BANNED"})

    def check_document(
        self, document: Any, operation_name: str | None, variables: Mapping[str, Any], schema: GraphQLSchema
    ) -> list[GraphQLError]:
        if len(document.definitions) > 1 or variables.get("n", 0) > 3:
            return [GraphQLError("Too much", extensions={"code": "TOO_MUCH"})]
        return []


async def test_the_guard_refuses_texts_documents_and_variables_of_known_documents_too() -> None:
    city = City(check=Check())
    known = "query ($n: Int) { reports(first: $n) { id } }"
    assert (await city.ask(known, {"n": 1})).data == {"reports": [{"id": "r1"}]}
    for query, variables, code in [
        ("{ banned }", {}, "BANNED"),
        ("query A { me { id } } query B { me { id } }", {}, "TOO_MUCH"),
        (known, {"n": 4}, "TOO_MUCH"),
        ("{ mee { id } }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ]:
        response = await city.ask(query, variables, "A" if "query A" in query else None)
        assert response.executed is False
        assert [error["extensions"]["code"] for error in response.errors] == [code]
        assert "Did you mean" not in response.errors[0]["message"]
    assert len(city.log) == 1
