"""Plans that random federations showed to be wrong, long or slow, each as small as it could be made."""

from __future__ import annotations

import time

import pytest
from graphql import parse

from gateway.planner import PlanLimitError, Supergraph, plan_operation
from schema.compose.compose import compose
from schema.compose.errors import SubgraphSdl
from tests.planner.fetches import fetches
from tests.planner.small import plan, supergraph

NAMES = '"@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject"'
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{NAMES}])\n'


def composed(**subgraphs: str) -> Supergraph:
    """The supergraph of some subgraphs."""
    found = compose([SubgraphSdl(name, LINK + sdl) for name, sdl in subgraphs.items()])
    assert found.supergraph_sdl is not None, found.errors
    return Supergraph.from_sdl(found.supergraph_sdl)


def steps(of: Supergraph, query: str) -> list[str]:
    """Subgraph and text of every fetch, of entities their selections alone."""
    return [
        f"{fetch.subgraph} {fetch.text.split('representations)')[-1][:-1] if fetch.calls else fetch.text}"
        for fetch in fetches(plan(of, query).node)
    ]


def test_what_is_provided_below_one_type_is_not_taken_from_below_another() -> None:
    of = composed(
        pets="""
type Query { pets: [Pet] }
interface Pet { owner: Owner }
type Cat implements Pet @key(fields: "id") { id: ID! owner: Owner @provides(fields: "name") }
type Dog implements Pet @key(fields: "id") { id: ID! owner: Owner }
type Owner @key(fields: "id") { id: ID! name: String @external }
""",
        owners='type Owner @key(fields: "id") { id: ID! name: String @shareable }',
    )
    assert steps(of, "{ pets { owner { name } } }") == [
        "pets {pets{__typename...on Cat{owner{name}}...on Dog{owner{id}}}}",
        "owners {...on Owner{name}}",
    ]


def test_types_are_told_whatever_conditions_hold_when_selections_of_one_key_are_joined() -> None:
    of = composed(
        pets="""
type Query { pet: Pet }
interface Pet { name: String friends: [Pet] }
type Cat implements Pet { name: String friends: [Pet] lives: Int }
type Dog implements Pet { name: String friends: [Pet] }
"""
    )
    query = (
        "query($v: Boolean!) { pet { friends { name } ... on Cat { friends @skip(if: $v) { ... on Cat { lives } } } } }"
    )
    assert steps(of, query) == [
        "pets query($v:Boolean!){pet{__typename friends{name}"
        "...on Cat{friends{__typename...on Cat{lives@skip(if:$v)}}}}}"
    ]


def test_a_requirement_goes_home_by_a_key_that_is_not_resolvable_when_there_is_no_other() -> None:
    of = composed(
        bills="""
type Query { bill: Bill }
type Bill @key(fields: "id", resolvable: false) { id: ID! sum: Int @external text: String @requires(fields: "sum") }
""",
        sums='type Bill @key(fields: "id") { id: ID! sum: Int }',
    )
    assert steps(of, "{ bill { text } }") == ["bills {bill{id}}", "sums {...on Bill{sum}}", "bills {...on Bill{text}}"]
    last = list(fetches(plan(of, "{ bill { text } }").node))[-1]
    assert [field.name for field in last.calls[0].representations[0].fields] == ["id", "sum"]


def test_one_fetch_tells_the_types_behind_an_interface_object_and_brings_what_is_needed_next() -> None:
    of = composed(
        first="""
interface Node @key(fields: "id") { id: ID! }
type User implements Node @key(fields: "id") { id: ID! }
type Query { none: Int }
""",
        second="""
interface Node @key(fields: "id") { id: ID! }
type User implements Node @key(fields: "id") @key(fields: "code") {
  id: ID! code: ID! age: Int @external old: Boolean @requires(fields: "age")
}
""",
        third='type User @key(fields: "code") { code: ID! age: Int }',
        nodes='type Query { node: Node } type Node @key(fields: "id") @interfaceObject { id: ID! }',
    )
    query = "{ node { ... on User { old } } }"
    assert steps(of, query) == [
        "nodes {node{__typename id}}",
        "second {...on Node{__typename...on User{code}}}",
        "third {...on User{age}}",
        "second {...on User{old}}",
    ]
    # What the type requires is sent under its own name: the interface has no such field.
    last = list(fetches(plan(of, query).node))[-1]
    assert last.calls[0].representations[0].typename == "User"


def test_a_fetch_that_tells_types_which_the_client_may_not_have_asked_for_is_not_handed_on_whole() -> None:
    of = composed(
        pets="""
type Query { pet: Pet }
interface Pet { name: String }
type Cat implements Pet { name: String }
type Dog implements Pet { name: String }
"""
    )
    assert not plan(of, "query($v: Boolean!) { pet { ... on Cat @include(if: $v) { __typename } } }").whole
    assert plan(of, "query($v: Boolean!) { pet { __typename name @include(if: $v) } }").whole


def wide(count: int) -> Supergraph:
    """An interface with ``count`` types, two of whose fields are answered elsewhere, type by type."""
    graphs = " ".join(f'@join__type(graph: {graph}, key: "id")' for graph in "ABC")
    objects = "".join(
        f'type T{n} implements Node @join__implements(graph: A, interface: "Node") {graphs} {{ id: ID!\n'
        f"here: Node @join__field(graph: A) there: Int @join__field(graph: B)\n"
        f'that: Int @join__field(graph: C, requires: "there") }}\n'
        for n in range(count)
    )
    roots = " ".join(f"@join__type(graph: {graph})" for graph in "ABC")
    types = f"type Query {roots} {{ node: Node @join__field(graph: A) }}\n"
    node = "interface Node @join__type(graph: A) { id: ID! here: Node there: Int that: Int }\n"
    return supergraph(types + node + objects, "a", "b", "c")


def test_five_hundred_places_below_eighty_types_are_planned_in_time_and_written_once() -> None:
    query = "{ node { " + " ".join(f"a{number}: here {{ there }}" for number in range(500)) + " } }"
    of = wide(80)
    began = time.process_time()
    found = plan_operation(of, parse(query))
    assert time.process_time() - began < 2
    assert found.fetch_count == 2
    assert max(len(fetch.text) for fetch in fetches(found.node)) < 5 * len(query)


def test_what_grows_with_the_types_of_an_interface_counts_as_work() -> None:
    query = "{ node { " + " ".join(f"a{number}: that" for number in range(50)) + " } }"
    assert plan_operation(wide(2), parse(query), work_max=1_000).fetch_count == 3
    with pytest.raises(PlanLimitError):
        plan_operation(wide(80), parse(query), work_max=1_000)
