"""Errors are told at the client's places: every position of an entity, in the client's own keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import build_schema

from gateway.planner.plan import Condition, Fetch, Sequence
from gateway.request import SubgraphAnswer
from tests.execution.hand import ScriptedSubgraph, entity_call, fetch, run_plan

SCHEMA = build_schema("""
    type Query { reports: [Report!]! weather: Weather top: Report }
    type Report { id: ID! agency: Agency }
    type Agency { id: ID! name: String head: Person strict: Int! }
    type Person { name: String! }
    type Weather { degrees: Int }
""")
REPORTS = fetch("{ mine: reports { by: agency { __typename id } } }")
HEADS = fetch(
    "query ($representations: [_Any!]!) "
    "{ _entities(representations: $representations) { ... on Agency { head { name } } } }",
    entity_call("mine.by", "Agency", "id"),
    id=2,
    subgraph="b",
)
ASKED = "{ mine: reports { by: agency { head { name } } } }"
REFUSED = {"code": "NOT_YOURS"}


def _reports(*ids: str) -> ScriptedSubgraph:
    rows = [{"by": {"__typename": "Agency", "id": id_}} for id_ in ids]
    return ScriptedSubgraph("a", lambda _fetch, _variables: {"data": {"mine": rows}})


async def test_an_entitys_error_is_told_at_every_position_and_its_siblings_stay() -> None:
    def heads(_fetch: Fetch, variables: Mapping[str, Any]) -> SubgraphAnswer:
        assert [row["id"] for row in variables["representations"]] == ["1", "2"]
        return {
            "data": {"_entities": [{"head": None}, {"head": {"name": "Lan"}}]},
            "errors": [
                {"message": "No.", "path": ["_entities", 0, "head", "name"], "extensions": REFUSED},
            ],
        }

    response = await run_plan(
        SCHEMA,
        ASKED,
        Sequence((REPORTS, HEADS)),
        {"a": _reports("1", "2", "1"), "b": ScriptedSubgraph("b", heads)},
    )
    assert response.data == {
        "mine": [{"by": {"head": None}}, {"by": {"head": {"name": "Lan"}}}, {"by": {"head": None}}]
    }
    assert response.errors == [
        {"message": "No.", "extensions": REFUSED, "path": ["mine", 0, "by", "head", "name"]},
        {"message": "No.", "extensions": REFUSED, "path": ["mine", 2, "by", "head", "name"]},
    ]


async def test_a_failed_entity_fetch_is_one_error_at_the_place_that_holds_all_it_left_null() -> None:
    down = ScriptedSubgraph("b", lambda _f, _v: {"data": None, "errors": [{"message": "down", "extensions": {}}]})
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, HEADS)), {"a": _reports("1", "2"), "b": down})
    assert response.data == {"mine": [{"by": {"head": None}}, {"by": {"head": None}}]}
    assert response.errors == [{"message": "down", "extensions": {}, "path": ["mine"]}]
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, HEADS)), {"a": _reports("1"), "b": down})
    assert response.errors == [{"message": "down", "extensions": {}, "path": ["mine", 0, "by"]}]


async def test_a_failed_root_fetch_is_told_at_each_of_its_fields_and_the_rest_is_served() -> None:
    down = ScriptedSubgraph("a", lambda _f, _v: {"data": None, "errors": [{"message": "down", "extensions": {}}]})
    weather = ScriptedSubgraph("b", lambda _f, _v: {"data": {"weather": {"degrees": 33}}})
    response = await run_plan(
        SCHEMA,
        "{ first: top { id } second: top { id } weather { degrees } }",
        Sequence(
            (
                fetch("{ first: top { id } ... on Query { second: top { id } } }"),
                fetch("{ weather { degrees } }", id=2, subgraph="b"),
            )
        ),
        {"a": down, "b": weather},
    )
    assert response.data == {"first": None, "second": None, "weather": {"degrees": 33}}
    assert response.errors == [
        {"message": "down", "extensions": {}, "path": ["first"]},
        {"message": "down", "extensions": {}, "path": ["second"]},
    ]


async def test_the_path_ends_where_the_client_did_not_ask() -> None:
    def broken(_fetch: Fetch, _variables: Mapping[str, Any]) -> SubgraphAnswer:
        return {
            "data": {"mine": [{"by": None}]},
            "errors": [{"message": "No.", "path": ["mine", 0, "by", "id"], "extensions": REFUSED}],
        }

    response = await run_plan(
        SCHEMA, ASKED, Sequence((REPORTS, HEADS)), {"a": ScriptedSubgraph("a", broken), "b": _reports()}
    )
    assert response.errors == [{"message": "No.", "extensions": REFUSED, "path": ["mine", 0, "by"]}]


async def test_a_null_that_an_error_explains_gets_no_second_error() -> None:
    strict = fetch(
        "query ($representations: [_Any!]!) "
        "{ _entities(representations: $representations) { ... on Agency { strict } } }",
        entity_call("mine.by", "Agency", "id"),
        id=2,
        subgraph="b",
    )
    asked = "{ mine: reports { by: agency { strict } } }"
    down = ScriptedSubgraph("b", lambda _f, _v: {"data": None, "errors": [{"message": "down", "extensions": {}}]})
    response = await run_plan(SCHEMA, asked, Sequence((REPORTS, strict)), {"a": _reports("1", "2"), "b": down})
    assert response.data == {"mine": [{"by": None}, {"by": None}]}
    assert [error["message"] for error in response.errors] == ["down"]
    silent = ScriptedSubgraph("b", lambda _f, _v: {"data": {"_entities": [None, {"strict": 1}]}})
    response = await run_plan(SCHEMA, asked, Sequence((REPORTS, strict)), {"a": _reports("1", "2"), "b": silent})
    assert response.data == {"mine": [{"by": None}, {"by": {"strict": 1}}]}
    assert response.errors == [
        {
            "message": "Cannot return null for non-nullable field Agency.strict",
            "locations": [{"line": 1, "column": 32}],
            "path": ["mine", 0, "by", "strict"],
            "extensions": {"code": "RESPONSE_VALIDATION_FAILED"},
        }
    ]


async def test_an_exception_of_a_subgraph_is_masked() -> None:
    def raises(_fetch: Fetch, _variables: Mapping[str, Any]) -> SubgraphAnswer:
        raise RuntimeError("password=hunter2")

    response = await run_plan(
        SCHEMA, ASKED, Sequence((REPORTS, HEADS)), {"a": _reports("1"), "b": ScriptedSubgraph("b", raises)}
    )
    assert response.data == {"mine": [{"by": {"head": None}}]}
    [error] = response.errors
    assert error["message"] == "Internal error"
    assert error["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "id": error["extensions"]["id"],
        "service": "gateway",
    }
    assert len(error["extensions"]["id"]) == 32


async def test_what_is_reached_through_the_root_again_is_merged_and_told_at_every_place() -> None:
    again = fetch("{ weather { degrees } }", id=2, subgraph="b", path="mine.by")
    schema = build_schema("""
        type Query { reports: [Report!]! }
        type Report { agency: Agency }
        type Agency { id: ID! weather: Weather }
        type Weather { degrees: Int }
    """)
    asked = "{ mine: reports { by: agency { weather { degrees } } } }"

    async def run(answer: SubgraphAnswer) -> tuple[object, list[tuple[str, list[str | int]]]]:
        subgraph = ScriptedSubgraph("b", lambda _f, _v: answer)
        response = await run_plan(schema, asked, Sequence((REPORTS, again)), {"a": _reports("1", "2"), "b": subgraph})
        assert len(subgraph.asked) == 1
        return response.data, [(error["message"], error["path"]) for error in response.errors]

    served, none = {"weather": {"degrees": 33}}, {"weather": None}
    assert await run({"data": {"weather": {"degrees": 33}}}) == ({"mine": [{"by": served}, {"by": served}]}, [])
    assert await run({"data": none, "errors": [{"message": "No.", "path": ["weather", "degrees"]}]}) == (
        {"mine": [{"by": none}, {"by": none}]},
        [
            ("No.", ["mine", 0, "by", "weather", "degrees"]),
            ("No.", ["mine", 1, "by", "weather", "degrees"]),
        ],
    )
    assert await run({"data": None, "errors": [{"message": "down"}]}) == (
        {"mine": [{"by": none}, {"by": none}]},
        [("down", ["mine"])],
    )


async def test_a_condition_chooses_what_is_fetched() -> None:
    yes, no = fetch("{ yes: top { id } }"), fetch("{ no: top { id } }", id=2)
    for value, expected in [(True, "{ yes: top { id } }"), (False, "{ no: top { id } }"), (None, "{ no: top { id } }")]:
        subgraph = ScriptedSubgraph("a", lambda _f, _v: {"data": {}})
        variables = {} if value is None else {"on": value}
        await run_plan(SCHEMA, "{ top { id } }", Condition("on", yes, no), {"a": subgraph}, variables=variables)
        assert [text for text, _ in subgraph.asked] == [expected]
    await run_plan(SCHEMA, "{ top { id } }", Condition("on", yes, None), {"a": subgraph})
    assert len(subgraph.asked) == 1
