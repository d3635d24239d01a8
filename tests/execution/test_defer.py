"""``@defer``: what comes first, what comes later, and what of it a client may rely on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.execution.budget import ResponseLimits
from gateway.execution.deferral import Deferral
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from identity.actor import Actor
from tests.execution.parts import ask_in_parts
from tests.execution.recorded import City
from tests.federation.city import behaviours

OFFICER = Actor(id="officer", scopes=frozenset({"citizens:read"}))
LEVELS = '{ reports(first: 2) { title ... @defer(label: "who") { reporter { level } } } }'


async def begun(city: City, query: str, variables: dict[str, Any] | None = None) -> Deferral:
    answer = await city.engine.execute_in_parts(GraphQLRequest(query, None, variables or {}), RequestScope())
    assert isinstance(answer, Deferral), answer
    return answer


def hold(city: City, name: str) -> asyncio.Event:
    """The subgraph answers once the event is set."""
    event = asyncio.Event()
    city.subgraphs[name].gate = event  # type: ignore[assignment]
    return event


def codes(response: GraphQLResponse) -> list[str]:
    return [error["extensions"]["code"] for error in response.errors]


async def test_the_first_answer_does_not_wait_for_what_only_a_deferred_fragment_needs() -> None:
    city = City()
    event = hold(city, "citizens")
    async with asyncio.timeout(5):
        deferral = await begun(city, LEVELS)
        assert deferral.first.data == {"reports": [{"title": "Report 1"}, {"title": "Report 2"}]}
        parts = deferral.parts()
        later = asyncio.ensure_future(anext(parts))
        await asyncio.sleep(0)
        assert not later.done()
        event.set()
        part = await later
    assert [(one.pending.label, one.pending.path, one.data) for one in part.patches] == [
        ("who", ("reports", 0), {"reporter": {"level": 0}}),
        ("who", ("reports", 1), {"reporter": {"level": 1}}),
    ]
    assert not part.has_next
    await deferral.close()


async def test_a_deferred_fetch_begins_as_soon_as_what_it_needs_is_there() -> None:
    city = City()
    both = asyncio.Barrier(2)
    city.subgraphs["agencies"].gate = city.subgraphs["citizens"].gate = both
    async with asyncio.timeout(5):
        answer = await ask_in_parts(city.engine, '{ agency(id: "a1") { name } ... @defer { me { name } } }')
    assert answer.first.data == {"agency": {"name": "Agency 1"}}
    assert answer.said() == [(None, (), {"me": {"name": "Lan"}})]


async def test_whoever_takes_no_parts_gets_the_fetches_and_the_answer_of_no_defer() -> None:
    plain, deferring = City(), City()
    expected = await plain.ask("{ reports(first: 2) { title ... { reporter { level } } } }")
    assert await deferring.ask(LEVELS) == expected
    assert deferring.log == plain.log


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($on: Boolean!) { reports(first: 1) { ... @defer(if: $on) { reporter { level } } } }", {"on": False}),
        ("{ reports(first: 1) { ... @defer(if: false) { reporter { level } } } }", {}),
        ("{ reports(first: 1) { ... @defer { title } } }", {}),
        ("{ reports(first: 1) { reporter { level } ... @defer { reporter { level } } } }", {}),
        ("{ reports(first: 0) { ... @defer { reporter { level } } } }", {}),
        ("{ reports(first: 1) @skip(if: true) { ... @defer { reporter { level } } } me { level } }", {}),
    ],
)
async def test_what_leaves_nothing_to_wait_for_is_answered_at_once(query: str, variables: dict[str, Any]) -> None:
    city = City()
    answer = await city.engine.execute_in_parts(GraphQLRequest(query, None, variables), RequestScope())
    assert isinstance(answer, GraphQLResponse)
    assert answer == await city.ask(query, variables)


async def test_a_variable_says_whether_a_fragment_is_deferred() -> None:
    query = "query ($on: Boolean) { me { name } ... @defer(if: $on) { agency(id: 1) { name } places { id } } }"
    for variables in ({}, {"on": True}):
        assert (await begun_and_closed(City(), query, variables)).first.data == {"me": {"name": "Lan"}}
    answer = await ask_in_parts(City().engine, query, {"on": False})
    assert answer.parts == []
    assert list(answer.first.data or ()) == ["me", "agency", "places"]


async def begun_and_closed(city: City, query: str, variables: dict[str, Any]) -> Deferral:
    deferral = await begun(city, query, variables)
    await deferral.close()
    return deferral


async def test_a_nested_fragment_comes_after_the_one_around_it() -> None:
    query = """{ reports(first: 1) { id ... @defer(label: "outer") {
        reporter { level ... @defer(label: "inner") { home { name } } } } } }"""
    answer = await ask_in_parts(City().engine, query)
    assert answer.said() == [
        ("outer", ("reports", 0), {"reporter": {"level": 0}}),
        ("inner", ("reports", 0, "reporter"), {"home": {"name": "Bến Thành"}}),
    ]
    assert [[one.label for one in part.pending] for part in answer.parts] == [["inner"], []]


async def test_a_fast_fragment_does_not_wait_for_a_slow_one() -> None:
    city = City()
    event = hold(city, "citizens")
    query = (
        '{ places { id } ... @defer(label: "slow") { me { name } } ... @defer(label: "fast") { agency(id: 1) { id } } }'
    )
    async with asyncio.timeout(5):
        deferral = await begun(city, query)
        parts = deferral.parts()
        first = await anext(parts)
        assert [one.pending.label for one in first.patches] == ["fast"]
        assert first.has_next
        event.set()
        second = await anext(parts)
    assert [one.pending.label for one in second.patches] == ["slow"]
    await deferral.close()


async def test_a_field_wanted_outside_too_comes_first_and_in_the_fragment_again() -> None:
    query = "{ reports(first: 1) { agency { id name } ... @defer { agency { name } reporter { level } } } }"
    answer = await ask_in_parts(City().engine, query)
    assert answer.first.data == {"reports": [{"agency": {"id": "a2", "name": "Agency 2"}}]}
    [patch] = answer.patches
    assert patch.data == {"agency": {"name": "Agency 2"}, "reporter": {"level": 0}}
    assert [(place, new) for place, _, new in patch.news] == [(("reports", 0), {"reporter": {"level": 0}})]


async def test_fragments_by_name_by_alias_and_on_a_type_of_an_interface() -> None:
    query = """
        { list: timeline(filter: {ids: ["r1", "x1"]}) {
            at ...Who @defer(label: "who") ... on Answer { office: by { ...Agency @defer } } } }
        fragment Who on Report { by: reporter { rank: level } }
        fragment Agency on Agency { title: name }
    """
    answer = await ask_in_parts(City().engine, query)
    assert answer.first.data == {"list": [{"at": 1001}, {"at": 2001, "office": {}}]}
    assert sorted(answer.said(), key=str) == [
        ("who", ("list", 0), {"by": {"rank": 0}}),
        (None, ("list", 1, "office"), {"title": "Agency 2"}),
    ]


async def test_a_subgraph_that_is_down_shows_in_the_fragment_alone() -> None:
    city = City()
    city.subgraphs["citizens"].down = True
    answer = await ask_in_parts(city.engine, '{ agency(id: "a1") { id } ... @defer { me { name } places { id } } }')
    assert answer.first == GraphQLResponse(data={"agency": {"id": "a1"}})
    [patch] = answer.patches
    assert patch.data is not None
    assert patch.data["me"] is None
    assert [(error["message"], error["path"]) for error in patch.errors] == [("down", ["me"])]


async def test_a_null_that_rises_out_of_a_fragment_nulls_the_fragment_alone() -> None:
    own = behaviours()
    own["citizens"].query = dict(own["citizens"].query) | {"citizens": lambda: [None]}
    answer = await ask_in_parts(City(own).engine, "{ places { id } ... @defer { citizens { name } me { name } } }")
    assert answer.first.errors == []
    [patch] = answer.patches
    assert patch.data is None
    assert [error["path"] for error in patch.errors] == [["citizens", 0]]


async def test_a_null_in_a_list_names_the_item_and_leaves_the_others() -> None:
    own = behaviours()
    own["agencies"].fields = own["agencies"].fields | {"Agency.name": lambda row: None if row["id"] == "a2" else "x"}
    query = "{ reports(first: 3) { id agency { id ... @defer { name } } } }"
    answer = await ask_in_parts(City(own).engine, query)
    assert answer.first.data == {
        "reports": [
            {"id": "r1", "agency": {"id": "a2"}},
            {"id": "r2", "agency": None},
            {"id": "r3", "agency": {"id": "a1"}},
        ]
    }
    assert [(patch.pending.path, patch.data) for patch in answer.patches] == [
        (("reports", 0, "agency"), None),
        (("reports", 2, "agency"), {"name": "x"}),
    ]
    assert [error["path"] for error in answer.patches[0].errors] == [["reports", 0, "agency", "name"]]
    assert answer.patches[1].errors == []


async def test_what_the_actor_may_not_see_is_not_fetched_for_a_fragment_either() -> None:
    city = City()
    query = "{ agency(id: 1) { id } ... @defer { me { phone } places { id } } }"
    answer = await ask_in_parts(city.engine, query)
    [patch] = answer.patches
    assert patch.data is not None
    assert patch.data["me"] == {"phone": None}
    assert [(error["path"], error["extensions"]["code"]) for error in patch.errors] == [
        (["me", "phone"], "UNAUTHENTICATED")
    ]
    allowed = await ask_in_parts(city.engine, query, actor=OFFICER)
    assert (allowed.by_path["me"], allowed.errors) == ({"phone": "0900000001"}, [])


async def test_a_mutation_is_done_first_and_reads_its_fragments_later() -> None:
    done: list[str] = []

    def submit(title: str) -> dict[str, Any]:
        done.append(title)
        return {"__typename": "Report", "id": "r1"}

    own = behaviours()
    own["feedback"].mutation = {"submitReport": submit}
    own["citizens"].mutation = {"rename": lambda id, name: done.append(name) or {"__typename": "Citizen", "id": id}}
    city = City(own)
    event = hold(city, "agencies")
    query = """mutation { a: submitReport(title: "1") { id ... @defer { agency { name } } }
        b: rename(id: "c2", name: "2") { name } }"""
    async with asyncio.timeout(5):
        deferral = await begun(city, query)
        assert done == ["1", "2"]
        assert deferral.first.data == {"a": {"id": "r1"}, "b": {"name": "Minh"}}
        event.set()
        [part] = [part async for part in deferral.parts()]
    assert [one.data for one in part.patches] == [{"agency": {"name": "Agency 2"}}]
    await deferral.close()


async def test_all_parts_together_keep_the_limit_of_one_response() -> None:
    query = '{ reports(first: 6) { id ... @defer(label: "who") { reporter { level home { name code } } } } }'
    city = City(response_limits=ResponseLimits(values=25))
    answer = await ask_in_parts(city.engine, query)
    assert len((answer.first.data or {})["reports"]) == 6
    assert {error["extensions"]["code"] for error in answer.errors} == {"RESPONSE_LIMIT"}
    assert [patch.data for patch in answer.patches] == [None] * 6
    assert codes(await city.ask(query)) == ["RESPONSE_LIMIT"]


async def test_the_deadline_is_one_for_all_parts() -> None:
    city = City()
    event = asyncio.Event()

    async def slow() -> dict[str, Any]:
        await event.wait()
        return {}

    own = behaviours()
    own["citizens"].query = dict(own["citizens"].query) | {"me": slow}
    city = City(own)
    scope = RequestScope(deadline=asyncio.get_running_loop().time() + 0.05)
    request = GraphQLRequest("{ agency(id: 1) { id } ... @defer { me { name } } }")
    deferral = await city.engine.execute_in_parts(request, scope)
    assert isinstance(deferral, Deferral)
    async with asyncio.timeout(5):
        [part] = [part async for part in deferral.parts()]
    assert [error["extensions"]["code"] for error in part.patches[0].errors] == ["SUBREQUEST_TIMEOUT"]
    await deferral.close()


async def test_closing_ends_the_fetches_under_way() -> None:
    ended: list[str] = []

    async def slow() -> dict[str, Any]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("me")
        return {}

    own = behaviours()
    own["citizens"].query = dict(own["citizens"].query) | {"me": slow}
    deferral = await begun(City(own), "{ places { id } ... @defer { me { name } } }")
    closed: list[int] = []
    deferral.at_close(lambda: closed.append(1))
    await asyncio.sleep(0)
    await deferral.close()
    assert (ended, closed) == (["me"], [1])


async def test_answers_in_parts_are_not_shared() -> None:
    city = City()
    answers = await asyncio.gather(*(ask_in_parts(city.engine, LEVELS) for _ in range(2)))
    assert [answer.by_path for answer in answers] == [answers[0].by_path] * 2
    assert [name for name, _ in city.log].count("feedback") == 2


async def test_a_fragment_takes_what_it_sends_from_the_first_answers_fetches() -> None:
    city = City()
    answer = await ask_in_parts(city.engine, "{ reports(first: 1) { title ... @defer { nearby { id } } } }")
    assert answer.by_path["reports"][0]["nearby"] == [{"id": "k1"}, {"id": "s1"}]
    assert [name for name, _ in city.log] == ["feedback", "map"]


async def test_a_field_of_a_subgraph_that_the_first_answer_asks_too_is_fetched_apart() -> None:
    plan = City().engine.plan("{ reports(first: 1) { agency { name } ... @defer { agency { kind } } } }")
    assert [
        (late.fetch.subgraph, late.fetch.text.count("kind"), late.fetch.text.count("name")) for late in plan.late
    ] == [("agencies", 1, 0)]


async def test_an_error_that_two_fragments_share_is_said_once() -> None:
    query = """{ places { id } ... @defer(label: "a") { me { phone level } }
        ... @defer(label: "b") { me { phone level } agency(id: 1) { id } } }"""
    answer = await ask_in_parts(City().engine, query)
    assert len(answer.patches) == 2
    assert [error["path"] for error in answer.errors] == [["me", "phone"]]
    city = City()
    city.subgraphs["citizens"].down = True
    answer = await ask_in_parts(city.engine, query, actor=OFFICER)
    assert [(patch.data or {})["me"] for patch in answer.patches] == [None, None]
    assert [error["path"] for error in answer.errors] == [["me"]]


async def test_no_fetch_knows_of_defer() -> None:
    plan = City().engine.plan(LEVELS)
    assert [late.fetch.subgraph for late in plan.late] == ["citizens"]
    assert "defer" not in City().engine.explain(LEVELS).replace("Defer", "")


def test_explain_shows_what_is_fetched_late_and_for_whom() -> None:
    assert City().engine.explain(LEVELS) == (
        "QueryPlan {\n"
        '  Fetch(service: "feedback") {\n'
        "    {reports(first:2){title reporter{id}}}\n"
        "  }\n"
        '  Defer("who") {\n'
        '    Fetch(service: "citizens") {\n'
        '      Flatten(path: "reports.reporter") [Citizen{id}]\n'
        "      query($representations:[_Any!]!){_entities(representations:$representations){...on Citizen{level}}}\n"
        "    }\n"
        "  }\n"
        "}"
    )


@pytest.mark.parametrize(
    "query",
    [
        'mutation { ... @defer { rename(id: 1, name: "a") { id } } }',
        "subscription { reportSubmitted { ... @defer { agency { name } } } }",
        "query ($a: String) { ... @defer(label: $a) { me { name } } }",
        '{ ... @defer(label: "a") { me { name } } ... @defer(label: "a") { me { level } } }',
        "{ me @defer { name } }",
    ],
)
async def test_defer_where_it_may_not_stand_is_refused(query: str) -> None:
    city = City()
    answer = await city.engine.execute_in_parts(GraphQLRequest(query), RequestScope())
    assert isinstance(answer, GraphQLResponse)
    assert (codes(answer), answer.executed, city.log) == (["GRAPHQL_VALIDATION_FAILED"], False, [])


async def test_introspection_knows_defer_and_may_itself_be_deferred() -> None:
    query = """{ ... @defer { __schema { ... @defer { directives { name locations args { name } } } } } }"""
    answer = await City().ask(query)
    assert answer.data is not None
    assert {
        "name": "defer",
        "locations": ["FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
        "args": [{"name": "if"}, {"name": "label"}],
    } in (answer.data["__schema"]["directives"])
    late = await ask_in_parts(
        City().engine, "{ ... @defer { __schema { queryType { name } } me { level } } places { id } }"
    )
    assert late.by_path["__schema"] == {"queryType": {"name": "Query"}}
