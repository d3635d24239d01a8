"""The engine as a whole, asked as a client asks: a city of four subgraphs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema

from gateway.execution.engine import Engine
from gateway.execution.errors import RequestError
from gateway.planner.plan import Fetch
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope, SubgraphAnswer
from gateway.subgraphs.protocol import Subgraph
from tests.federation.city import behaviours, city_subgraphs, city_supergraph
from tests.federation.memory import Behaviour

SUPERGRAPH = city_supergraph()


class Recorder:
    """A subgraph before another: keeps what is sent, and can be down or slow."""

    def __init__(self, inner: Subgraph, log: list[tuple[str, dict[str, Any]]]) -> None:
        self.name = inner.name
        self.schema = inner.schema
        self.down = False
        self.raises = False
        self.gate: asyncio.Barrier | None = None
        self._inner = inner
        self._log = log

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        self._log.append((self.name, dict(variables)))
        if self.gate is not None:
            await self.gate.wait()
        if self.raises:
            raise RuntimeError("password=hunter2")
        if self.down:
            return {"data": None, "errors": [{"message": "down", "extensions": {"code": "SUBREQUEST_HTTP_ERROR"}}]}
        return await self._inner.fetch(fetch, variables, scope)

    def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        return self._inner.subscribe(fetch, variables, scope)


class City:
    """An engine over recorders. ``log``: the subgraph and the variables of each fetch, in the order they were sent."""

    def __init__(self, own: Mapping[str, Behaviour] | None = None, **settings: Any) -> None:
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.subgraphs = {name: Recorder(inner, self.log) for name, inner in city_subgraphs(own).items()}
        self.engine = Engine(SUPERGRAPH, self.subgraphs, **settings)

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> GraphQLResponse:
        return await self.engine.execute(GraphQLRequest(query, operation_name, variables or {}), RequestScope())


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
