"""Plans over small supergraphs, as text."""

from __future__ import annotations

import json
import time

import pytest
from graphql import parse

from gateway.planner import PlanningError, Supergraph, explain, plan_as_json, plan_operation
from gateway.planner.plan import Key, When
from tests.planner.fetches import fetches
from tests.planner.small import CITY, plan, supergraph

CITY_GRAPH = supergraph(CITY, "reports", "agencies", "ratings")


def steps(query: str, of: Supergraph = CITY_GRAPH) -> list[str]:
    """Subgraph and text of every fetch."""
    return [f"{f.subgraph} {f.text}" for f in fetches(plan(of, query).node)]


def test_what_one_subgraph_answers_is_handed_to_it_whole() -> None:
    found = plan(CITY_GRAPH, "{ reports { id name: title } }")
    assert found.whole
    assert explain(found) == ('QueryPlan {\n  Fetch(service: "reports") {\n    {reports{id name:title}}\n  }\n}')


def test_entities_of_one_stage_share_a_request() -> None:
    found = plan(CITY_GRAPH, "{ reports { title agency { name } second { name } } }")
    assert not found.whole
    assert (
        explain(found)
        == """QueryPlan {
  Sequence {
    Fetch(service: "reports") {
      {reports{title agency{id}second{id}}}
    }
    Fetch(service: "agencies") {
      _e0 Flatten(path: "reports.agency") [Agency{id}]
      _e1 Flatten(path: "reports.second") [Agency{id}]
      query($_r0:[_Any!]!,$_r1:[_Any!]!){_e0:_entities(representations:$_r0){...on Agency{name}}\
_e1:_entities(representations:$_r1){...on Agency{name}}}
    }
  }
}"""
    )


def test_required_fields_are_fetched_before_and_sent_with_the_key() -> None:
    found = plan(CITY_GRAPH, "{ reports { agency { verdict stars } } }")
    first, second, third = fetches(found.node)
    assert (first.subgraph, second.subgraph, third.subgraph) == ("reports", "agencies", "ratings")
    assert second.text.endswith("{...on Agency{name size}}}")
    assert third.text.endswith("{...on Agency{verdict stars}}}")
    (call,) = third.calls
    assert call.path == (Key("reports"), Key("agency"))
    (sent,) = call.representations
    assert [field.name for field in sent.fields] == ["id", "name", "size"]
    assert (sent.typename, sent.mandatory) == ("Agency", ("id",))


def test_a_condition_over_all_of_a_fetch_is_a_node_of_the_plan() -> None:
    query = "query($v: Boolean!) { reports { title agency { id name @include(if: $v) stars @skip(if: $v) } } }"
    found = plan(CITY_GRAPH, query)
    assert 'Include(if: $v) {\n        Fetch(service: "agencies")' in explain(found)
    assert 'Skip(if: $v) {\n        Fetch(service: "ratings")' in explain(found)
    agency = found.projection.by_type["Query"][0].selection.by_type["Report"][1].selection  # type: ignore[union-attr]
    assert [field.when for field in agency.by_type["Agency"]] == [  # type: ignore[union-attr]
        (),
        ((When("v", True),),),
        ((When("v", False),),),
    ]


def test_a_condition_over_part_of_a_fetch_stays_in_its_text() -> None:
    query = "query($v: Boolean = true, $w: Boolean!) { reports { title @include(if: $v) @skip(if: $w) id } }"
    assert steps(query) == [
        "reports query($v:Boolean=true,$w:Boolean!){reports{...@skip(if:$w){title@include(if:$v)}id}}"
    ]


def test_a_constant_condition_is_gone() -> None:
    assert steps("{ reports { id title @include(if: false) ... @skip(if: false) { agency { id } } } }") == [
        "reports {reports{id agency{id}}}"
    ]


def test_introspection_and_the_roots_typename_need_no_fetch() -> None:
    found = plan(CITY_GRAPH, "{ __typename s: __schema { queryType { name } } }")
    assert found.node is None
    assert found.fetch_count == 0
    assert [(f.key, f.source, f.name) for f in found.projection.by_type["Query"]] == [
        ("__typename", "__typename", "__typename"),
        ("s", "s", "__schema"),
    ]


def test_a_plan_is_the_same_each_time() -> None:
    query = "{ reports { agency { verdict stars name } second { verdict } } agency(id: 1) { stars } }"
    once = json.dumps(plan_as_json(plan(CITY_GRAPH, query)))
    again = json.dumps(plan_as_json(plan(supergraph(CITY, "reports", "agencies", "ratings"), query)))
    assert once == again


def test_fields_that_share_a_key_but_not_a_shape_are_told_apart_in_the_fetch() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) { things: [Thing] }
union Thing @join__type(graph: A) @join__unionMember(graph: A, member: "Dog")
  @join__unionMember(graph: A, member: "Cat")
  = Dog | Cat
type Dog @join__type(graph: A) { name: String @join__field(graph: A, type: "String!") }
type Cat @join__type(graph: A) { name: String @join__field(graph: A, type: "String") }
""",
        "a",
    )
    query = "{ things { ... on Dog { name } ... on Cat { name } } }"
    assert steps(query, of=of) == ["a {things{__typename...on Dog{name}...on Cat{_0_name:name}}}"]
    things = plan(of, query).projection.by_type["Query"][0].selection
    assert {name: fields[0].source for name, fields in things.by_type.items()} == {  # type: ignore[union-attr]
        "Cat": "_0_name",
        "Dog": "name",
    }


def test_a_field_that_no_subgraph_can_reach_is_named() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) @join__type(graph: B) { me: Me @join__field(graph: A) }
type Me @join__type(graph: A) @join__type(graph: B) { x: Int @join__field(graph: A) y: Int @join__field(graph: B) }
""",
        "a",
        "b",
    )
    with pytest.raises(PlanningError, match=r"^No subgraph can be reached that answers Me\.y\.$"):
        plan(of, "{ me { y } }")


def test_an_operation_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PlanningError, match=r"^The document has no operation 'C'\.$"):
        plan_operation(CITY_GRAPH, parse("query A { reports { id } } query B { reports { id } }"), "C")
    with pytest.raises(PlanningError, match="2 operations"):
        plan_operation(CITY_GRAPH, parse("query A { reports { id } } query B { reports { id } }"))


def test_eighty_types_of_an_interface_are_planned_in_time_and_written_short() -> None:
    names = [f"T{number}" for number in range(80)]
    graphs = '@join__type(graph: A, key: "id") @join__type(graph: B, key: "id")'
    objects = "".join(
        f'type {name} implements Node @join__implements(graph: A, interface: "Node") {graphs} {{\n'
        f"  id: ID! here: Node @join__field(graph: A) there: Int @join__field(graph: B)\n}}\n"
        for name in names
    )
    of = supergraph(
        "type Query @join__type(graph: A) @join__type(graph: B) { node: Node @join__field(graph: A) }\n"
        "interface Node @join__type(graph: A) { id: ID! here: Node there: Int }\n" + objects,
        "a",
        "b",
    )
    some = " ".join(f"... on {name} {{ t{number}: there here {{ id }} }}" for number, name in enumerate(names))
    query = f"{{ node {{ here {{ here {{ {some} }} {some} }} {some} }} }}"
    began = time.process_time()
    found = plan(of, query)
    assert time.process_time() - began < 2
    assert found.fetch_count == 2
    assert max(len(fetch.text) for fetch in fetches(found.node)) < 4 * len(query)
