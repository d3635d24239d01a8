"""The engine as a whole, asked as a client asks: a city of four subgraphs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.execution.engine import Engine
from gateway.request import GraphQLRequest, RequestScope
from tests.execution.recorded import SUPERGRAPH, City
from tests.federation.city import behaviours, city_subgraphs


async def test_one_subgraph_down_leaves_its_places_null_and_the_rest_served() -> None:
    city = City()
    city.subgraphs["citizens"].down = True
    response = await city.ask("{ me { name } reports(first: 2) { title reporter { level } agency { name } } }")
    assert response.data == {
        "me": None,
        "reports": [
            {"title": "Report 1", "reporter": None, "agency": {"name": "Agency 2"}},
            {"title": "Report 2", "reporter": None, "agency": None},
        ],
    }
    assert [(error["message"], error["path"]) for error in response.errors] == [
        ("down", ["me"]),
        ("down", ["reports"]),
    ]


async def test_a_subgraph_that_breaks_its_word_and_raises_is_masked() -> None:
    city = City()
    city.subgraphs["citizens"].raises = True
    response = await city.ask("{ me { name } agency(id: 1) { name } }")
    assert response.data == {"me": None, "agency": None}
    [error] = response.errors
    assert error["message"] == "Internal error"
    assert error["path"] == ["me"]


async def test_fetches_that_need_nothing_of_each_other_are_sent_at_once() -> None:
    city = City()
    gate = asyncio.Barrier(2)
    city.subgraphs["citizens"].gate = city.subgraphs["agencies"].gate = gate
    async with asyncio.timeout(5):
        response = await city.ask("{ me { name } agency(id: 2) { id } }")
    assert response.data == {"me": {"name": "Lan"}, "agency": None}


async def test_each_fetch_gets_the_variables_that_it_uses_and_absent_ones_stay_absent() -> None:
    city = City()
    query = """query ($id: ID!, $lang: String, $first: Int = 2, $state: State) {
        agency(id: $id) { wards { name(lang: $lang) parks { name } } }
        reports(first: $first, state: $state) { id }
    }"""
    await city.ask(query, {"id": "a1"})
    sent = dict(city.log)
    assert sent["agencies"] == {"id": "a1"}
    assert sent["feedback"] == {"first": 2}
    city.log.clear()
    await city.ask(query, {"id": "a1", "lang": None, "first": None, "state": "ANSWERED"})
    sent = dict(city.log)
    assert sent["agencies"] == {"id": "a1", "lang": None}
    assert sent["feedback"] == {"first": None, "state": "ANSWERED"}


async def test_mutations_run_one_after_another_in_the_clients_order() -> None:
    done: list[str] = []

    async def submit(title: str) -> dict[str, Any]:
        await asyncio.sleep(0.01)
        done.append(f"submit {title}")
        return {"__typename": "Report", "id": "r1"}

    def rename(id: str, name: str) -> dict[str, Any]:
        done.append(f"rename {name}")
        return {"__typename": "Citizen", "id": id}

    own = behaviours()
    own["feedback"].mutation = {"submitReport": submit}
    own["citizens"].mutation = {"rename": rename}
    city = City(own)
    response = await city.ask("""mutation {
        a: submitReport(title: "1") { id agency { name } }
        b: rename(id: "c2", name: "2") { name }
        c: submitReport(title: "3") { id }
        d: submitReport(title: "4") { id }
    }""")
    assert response.errors == []
    assert done == ["submit 1", "rename 2", "submit 3", "submit 4"]
    assert response.data == {
        "a": {"id": "r1", "agency": {"name": "Agency 2"}},
        "b": {"name": "Minh"},
        "c": {"id": "r1"},
        "d": {"id": "r1"},
    }


async def test_an_operation_that_one_subgraph_answers_is_one_fetch_handed_on() -> None:
    city = City()
    query = "query ($n: Int) { list: reports(first: $n) { key: id ... on Entry { at } } }"
    response = await city.ask(query, {"n": 1})
    assert response.data == {"list": [{"key": "r1", "at": 1001}]}
    assert city.log == [("feedback", {"n": 1})]
    assert city.engine.prepare(GraphQLRequest(query)).program.hands_on is not None


async def test_introspection_is_answered_here_and_beside_other_fields() -> None:
    city = City()
    query = """{ n: __typename __schema { queryType { name } } ... on Query { t: __type(name: "Agency") { kind } }
        me { name } }"""
    expected = {
        "n": "Query",
        "__schema": {"queryType": {"name": "Query"}},
        "t": {"kind": "OBJECT"},
        "me": {"name": "Lan"},
    }
    for _ in range(2):
        response = await city.ask(query)
        assert repr(response.data) == repr(expected)
    assert [name for name, _ in city.log] == ["citizens", "citizens"]
    response = await city.ask("query ($t: String!) { __type(name: $t) { name } }", {"t": "Ward"})
    assert response.data == {"__type": {"name": "Ward"}}
    response = await city.ask('{ __type(name: "_Entity") { name } }')
    assert response.data == {"__type": None}


async def test_a_deadline_ends_one_subgraph_and_not_the_answer() -> None:
    async def slow() -> Any:
        await asyncio.sleep(30)

    own = behaviours()
    own["citizens"].query = {**own["citizens"].query, "me": slow}
    city = City(own)
    loop = asyncio.get_running_loop()
    began = loop.time()
    response = await city.engine.execute(
        GraphQLRequest('{ me { name } agency(id: "a1") { name } }'), RequestScope(deadline=began + 0.1)
    )
    assert loop.time() - began < 5
    assert response.data == {"me": None, "agency": {"name": "Agency 1"}}
    assert [(e["extensions"]["code"], e["path"]) for e in response.errors] == [("SUBREQUEST_TIMEOUT", ["me"])]


def test_a_plan_is_explained() -> None:
    text = City().engine.explain("{ reports { agency { name } } }")
    assert text.index("feedback") < text.index("agencies")


def test_a_supergraph_without_one_of_its_subgraphs_does_not_start() -> None:
    subgraphs = city_subgraphs()
    del subgraphs["map"]
    with pytest.raises(ValueError, match="No subgraph is given for map"):
        Engine(SUPERGRAPH, subgraphs)
