"""Entity fetches: what is sent, how often, and where the answers go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import build_schema

from gateway.execution.entities import CallReader, objects_at
from gateway.planner.plan import EntityCall, Fetch, Representation, RepresentationField, Sequence
from gateway.request import SubgraphAnswer
from tests.execution.hand import ScriptedSubgraph, entity_call, fetch, run_plan, steps

SCHEMA = build_schema("""
    type Query { reports: [Report!]! nodes: [Node] }
    type Report { id: ID! agency: Agency }
    type Agency { id: ID! name: String }
    interface Node { id: ID! }
    type Ward implements Node { id: ID! name: String }
    type Park implements Node { id: ID! name: String }
""")
REPORTS = fetch("{ reports { id agency { __typename id } } }")
NAMES = fetch(
    "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Agency { name } } }",
    entity_call("reports.agency", "Agency", "id"),
    id=2,
    subgraph="b",
)
ASKED = "{ reports { id agency { name } } }"


def _reports(*agencies: str | None) -> ScriptedSubgraph:
    rows = [
        {"id": str(n), "agency": None if id_ is None else {"__typename": "Agency", "id": id_}}
        for n, id_ in enumerate(agencies)
    ]
    return ScriptedSubgraph("a", lambda _fetch, _variables: {"data": {"reports": rows}})


def _names(_fetch: Fetch, variables: Mapping[str, Any]) -> SubgraphAnswer:
    return {"data": {"_entities": [{"name": f"Agency {row['id']}"} for row in variables["representations"]]}}


async def test_2000_objects_with_188_distinct_keys_take_two_fetches() -> None:
    reports = _reports(*[str(n % 188) for n in range(2000)])
    agencies = ScriptedSubgraph("b", _names)
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, NAMES)), {"a": reports, "b": agencies})
    assert response.errors == []
    assert response.data is not None
    assert len(reports.asked) == len(agencies.asked) == 1
    sent = agencies.asked[0][1]["representations"]
    assert sent == [{"__typename": "Agency", "id": str(n)} for n in range(188)]
    assert [row["agency"]["name"] for row in response.data["reports"]] == [f"Agency {n % 188}" for n in range(2000)]


async def test_a_null_entity_and_a_null_key_are_not_sent() -> None:
    rows = [
        {"id": "1", "agency": None},
        {"id": "2", "agency": {"__typename": "Agency", "id": None}},
        {"id": "3", "agency": {"__typename": "Agency"}},
        {"id": "4", "agency": {"__typename": "Agency", "id": "x"}},
    ]
    reports = ScriptedSubgraph("a", lambda _fetch, _variables: {"data": {"reports": rows}})
    agencies = ScriptedSubgraph("b", _names)
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, NAMES)), {"a": reports, "b": agencies})
    assert agencies.asked[0][1] == {"representations": [{"__typename": "Agency", "id": "x"}]}
    assert response.data == {
        "reports": [
            {"id": "1", "agency": None},
            {"id": "2", "agency": {"name": None}},
            {"id": "3", "agency": {"name": None}},
            {"id": "4", "agency": {"name": "Agency x"}},
        ]
    }


async def test_nothing_is_asked_when_there_is_no_object_to_complete() -> None:
    agencies = ScriptedSubgraph("b", _names)
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, NAMES)), {"a": _reports(None, None), "b": agencies})
    assert agencies.asked == []
    assert response.data == {"reports": [{"id": "0", "agency": None}, {"id": "1", "agency": None}]}


async def test_an_unknown_entity_is_null_and_its_siblings_are_not() -> None:
    agencies = ScriptedSubgraph("b", lambda _f, _v: {"data": {"_entities": [None, {"name": "Here"}]}})
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, NAMES)), {"a": _reports("gone", "here"), "b": agencies})
    assert response.data == {
        "reports": [{"id": "0", "agency": {"name": None}}, {"id": "1", "agency": {"name": "Here"}}]
    }
    assert response.errors == []


async def test_answers_that_do_not_match_the_representations_are_refused() -> None:
    agencies = ScriptedSubgraph("b", lambda _f, _v: {"data": {"_entities": [{"name": "Whose?"}]}})
    response = await run_plan(SCHEMA, ASKED, Sequence((REPORTS, NAMES)), {"a": _reports("1", "2"), "b": agencies})
    assert response.data == {"reports": [{"id": "0", "agency": {"name": None}}, {"id": "1", "agency": {"name": None}}]}
    assert [error["extensions"]["code"] for error in response.errors] == ["SUBREQUEST_MALFORMED_RESPONSE"]
    assert response.errors[0]["path"] == ["reports"]


def test_lists_in_lists_are_walked_and_types_are_chosen() -> None:
    ward, park = {"__typename": "Ward", "id": "1"}, {"__typename": "Park", "id": "2"}
    tree = {"grid": [[{"node": ward}, None], [{"node": park}, {"node": None}]]}
    assert objects_at(tree, steps("grid.node")) == [ward, park]
    assert objects_at(tree, steps("grid.node.|Park|")) == [park]


def test_the_first_representation_for_an_objects_type_is_sent() -> None:
    by_id = (RepresentationField("id", "id"),)
    call = EntityCall(
        "_entities",
        "representations",
        steps("nodes"),
        (
            Representation(frozenset({"Ward"}), "Node", by_id, ("id",)),
            Representation(frozenset({"Park"}), None, (RepresentationField("code", "key"),), ("key",)),
        ),
    )
    tree = {
        "nodes": [
            {"__typename": "Ward", "id": "1"},
            {"__typename": "Park", "key": "p"},
            {"__typename": "Other", "id": "3"},
        ]
    }
    assert CallReader(call).read(tree).representations == [
        {"__typename": "Node", "id": "1"},
        {"__typename": "Park", "code": "p"},
    ]


def test_composite_fields_are_sent_by_type_and_tell_representations_apart() -> None:
    city = RepresentationField("city", "city_1", frozenset({"Home"}))
    address = RepresentationField("address", "address", fields=(RepresentationField("__typename", "__typename"), city))
    call = EntityCall(
        "_entities",
        "representations",
        steps("users"),
        (Representation(frozenset(), "User", (RepresentationField("id", "id"), address), ("id",)),),
    )
    homes = [{"__typename": "Home", "city_1": name} for name in ("Huế", "Huế", "Vinh")]
    users = [{"id": "u", "address": [home]} for home in homes] + [
        {"id": "u", "address": [{"__typename": "Work", "city_1": "Huế"}, None]},
        {"id": "u", "address": None},
        {"id": "u"},
    ]
    batch = CallReader(call).read({"users": users})
    assert batch.representations == [
        {"__typename": "User", "id": "u", "address": [{"__typename": "Home", "city": "Huế"}]},
        {"__typename": "User", "id": "u", "address": [{"__typename": "Home", "city": "Vinh"}]},
        {"__typename": "User", "id": "u", "address": [{"__typename": "Work"}, None]},
        {"__typename": "User", "id": "u", "address": None},
        {"__typename": "User", "id": "u"},
    ]
    assert [len(targets) for targets in batch.targets] == [2, 1, 1, 1, 1]
