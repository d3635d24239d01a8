"""Reading supergraphs: what is public, who may see what, what is refused."""

from __future__ import annotations

import pytest
from graphql import print_schema

from gateway.planner import Access, SubgraphInfo, Supergraph, SupergraphError
from tests.planner.small import CITY, supergraph

SECRETS = """
type Query @join__type(graph: A) {
  open(mode: Mode = FAST, secret: Int @inaccessible): Open
  closed: Int @inaccessible
  mine: Int @authenticated
  read: Int @requiresScopes(scopes: [["a", "b"], ["c"]])
  paid: Int @policy(policies: [["paying"]])
}
type Open implements Shown & Hidden @join__type(graph: A) { id: ID @deprecated(reason: "old") }
interface Shown @join__type(graph: A) { id: ID }
interface Hidden @join__type(graph: A) @inaccessible { id: ID }
enum Mode @join__type(graph: A) { FAST SLOW @inaccessible }
scalar Money @join__type(graph: A) @authenticated
"""


def test_the_public_schema_has_nothing_of_join_and_nothing_inaccessible() -> None:
    of = supergraph(SECRETS, "a")
    assert print_schema(of.public_schema) == (
        "type Query {\n  open(mode: Mode = FAST): Open\n  mine: Int\n  read: Int\n  paid: Int\n}\n\n"
        'type Open implements Shown {\n  id: ID @deprecated(reason: "old")\n}\n\n'
        "interface Shown {\n  id: ID\n}\n\nenum Mode {\n  FAST\n}\n\nscalar Money"
    )


def test_who_may_see_what_is_kept_by_coordinate() -> None:
    assert supergraph(SECRETS, "a").access == {
        "Query.mine": Access(authenticated=True),
        "Query.read": Access(scopes=(("a", "b"), ("c",))),
        "Query.paid": Access(policies=(("paying",),)),
        "Money": Access(authenticated=True),
    }


def test_subgraphs_go_by_their_real_names() -> None:
    assert supergraph(CITY, "reports", "agencies", "ratings").subgraphs == {
        "reports": SubgraphInfo("reports", "http://reports"),
        "agencies": SubgraphInfo("agencies", "http://agencies"),
        "ratings": SubgraphInfo("ratings", "http://ratings"),
    }


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        ("type Query {", "The supergraph does not parse: Syntax Error: Expected Name, found <EOF>."),
        ("type Query { a: Int }", "The supergraph names no subgraphs: the enum join__Graph is missing or empty."),
        (
            'enum join__Graph { A @join__graph(name: "a", url: "") } type Query @join__type(graph: B) { a: Int }',
            "A join directive names 'B', which this supergraph does not define.",
        ),
        (
            'enum join__Graph { A @join__graph(name: "a", url: "") } type Query @join__type(graph: A) { a: Nope }',
            "The public part of the supergraph is no schema",
        ),
        (
            'enum join__Graph { A @join__graph(name: "a", url: "") } type Thing @join__type(graph: A) { a: Int }',
            "The public part of the supergraph is not valid: Query root type must be provided.",
        ),
    ],
)
def test_what_is_no_supergraph_is_refused_with_the_reason(sdl: str, message: str) -> None:
    with pytest.raises(SupergraphError) as refused:
        Supergraph.from_sdl(sdl)
    assert str(refused.value).startswith(message)
