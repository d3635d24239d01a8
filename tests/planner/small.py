"""Small supergraphs: the join definitions around a few types."""

from __future__ import annotations

from graphql import parse, validate

from gateway.planner import Plan, Supergraph, plan_operation

HEAD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query MUTATION SUBSCRIPTION }
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__FieldSet
enum join__Graph { GRAPHS }
"""


def supergraph(types: str, *names: str) -> Supergraph:
    """A supergraph of the subgraphs ``names``; ``types`` names them in upper case in its join directives."""
    head = HEAD.replace("MUTATION", "mutation: Mutation" if "type Mutation" in types else "")
    head = head.replace("SUBSCRIPTION", "subscription: Subscription" if "type Subscription" in types else "")
    graphs = " ".join(f'{name.upper()} @join__graph(name: "{name}", url: "http://{name}")' for name in names)
    return Supergraph.from_sdl(head.replace("GRAPHS", graphs) + types)


def plan(of: Supergraph, query: str, *labels: str) -> Plan:
    """The plan of a query, which has to be valid."""
    document = parse(query)
    assert validate(of.public_schema, document) == []
    return plan_operation(of, document, overrides=frozenset(labels))


CITY = """
type Query @join__type(graph: REPORTS) @join__type(graph: AGENCIES) {
  reports: [Report!]! @join__field(graph: REPORTS)
  agency(id: ID!): Agency @join__field(graph: AGENCIES)
}
type Report @join__type(graph: REPORTS, key: "id") {
  id: ID!
  title: String!
  agency: Agency
  second: Agency
}
type Agency @join__type(graph: REPORTS, key: "id", resolvable: false) @join__type(graph: AGENCIES, key: "id")
  @join__type(graph: RATINGS, key: "id") {
  id: ID!
  name: String @join__field(graph: AGENCIES) @join__field(graph: RATINGS, external: true)
  size: Int @join__field(graph: AGENCIES) @join__field(graph: RATINGS, external: true)
  stars: Int @join__field(graph: RATINGS)
  verdict: String @join__field(graph: RATINGS, requires: "name size")
}
"""
