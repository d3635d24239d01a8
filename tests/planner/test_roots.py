"""Plans of root fields: their order, their sharing, entering again, overrides, events."""

from __future__ import annotations

from gateway.planner import Supergraph, explain
from gateway.planner.plan import Fetch, Key, Subscribe
from tests.planner.fetches import fetches
from tests.planner.small import CITY, plan, supergraph


def steps(query: str, *labels: str, of: Supergraph) -> list[str]:
    """Subgraph and text of every fetch."""
    return [f"{f.subgraph} {f.text}" for f in fetches(plan(of, query, *labels).node)]


def test_mutations_keep_their_order_and_neighbours_share_a_request() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) @join__type(graph: B) { q: Int @join__field(graph: A) }
type Mutation @join__type(graph: A) @join__type(graph: B) {
  a1: Int @join__field(graph: A)
  a2: Int @join__field(graph: A)
  b1: T @join__field(graph: B)
}
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  x: Int @join__field(graph: A)
}
""",
        "a",
        "b",
    )
    found = plan(of, "mutation { one: a1 two: a2 b1 { x } three: a1 }")
    assert [f"{f.subgraph} {f.kind} {f.text}" for f in fetches(found.node)] == [
        "a mutation mutation{one:a1 two:a2}",
        "b mutation mutation{b1{id}}",
        "a query query($representations:[_Any!]!){_entities(representations:$representations){...on T{x}}}",
        "a mutation mutation{three:a1}",
    ]
    assert explain(found).count("Parallel") == 0


def test_a_subscription_runs_the_rest_for_every_event() -> None:
    of = supergraph(
        CITY + "type Subscription @join__type(graph: REPORTS) { reported: Report @join__field(graph: REPORTS) }",
        "reports",
        "agencies",
        "ratings",
    )
    node = plan(of, "subscription { reported { title agency { name } } }").node
    assert isinstance(node, Subscribe)
    assert node.primary.text == "subscription{reported{title agency{id}}}"
    assert isinstance(node.rest, Fetch)
    assert (node.rest.subgraph, node.rest.calls[0].path) == ("agencies", (Key("reported"), Key("agency")))


def test_a_progressive_override_moves_the_field_with_its_label() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) @join__type(graph: B) { post: Post @join__field(graph: A) }
type Post @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  at: String @join__field(graph: A, overrideLabel: "new") @join__field(graph: B, override: "a", overrideLabel: "new")
}
""",
        "a",
        "b",
    )
    assert steps("{ post { at } }", of=of) == ["a {post{at}}"]
    assert [step[0] for step in steps("{ post { at } }", "new", of=of)] == ["a", "b"]
    assert [step[0] for step in steps("{ post { at } }", "unknown", of=of)] == ["a"]


def test_a_query_reached_again_is_entered_in_any_subgraph_without_a_key() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) @join__type(graph: B) {
  a: Node @join__field(graph: A)
  b: Int @join__field(graph: B)
}
type Node @join__type(graph: A) { query: Query }
""",
        "a",
        "b",
    )
    first, second = fetches(plan(of, "{ a { query { b } } }").node)
    assert (first.text, second.text) == ("{a{query{__typename}}}", "{b}")
    assert second.path == (Key("a"), Key("query"))


def test_a_shared_field_without_a_key_is_asked_of_several_subgraphs_at_once() -> None:
    of = supergraph(
        """
type Query @join__type(graph: A) @join__type(graph: B) { me: Me }
type Me @join__type(graph: A) @join__type(graph: B) {
  id: ID
  x: Int @join__field(graph: A)
  y: Int @join__field(graph: B)
}
""",
        "a",
        "b",
    )
    assert steps("{ me { id x y } }", of=of) == ["a {me{id x}}", "b {me{y}}"]
    assert "Parallel" in explain(plan(of, "{ me { id x y } }"))
