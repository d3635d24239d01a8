"""The supergraph that comes out, read as a router reads it."""

from itertools import permutations

from graphql import build_ast_schema, parse

from schema.compose import SubgraphSdl, compose
from tests.composition.canonical import facts

AGENCIES = SubgraphSdl(
    "agencies",
    """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@tag"])
    type Query { agency(id: ID!): Agency }
    "Who answers for it."
    type Agency @key(fields: "id") { id: ID! name: String! @tag(name: "public") place: Place }
    type Place @shareable { lat: Float! lng: Float! }
    enum State { OPEN CLOSED }
    """,
    "http://agencies",
)
FEEDBACK = SubgraphSdl(
    "feedback",
    """
    extend schema @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@shareable", "@external", "@requires", "@authenticated", "@requiresScopes"]
    )
    type Query { reports: [Report!]! }
    type Mutation { answer(id: ID!, text: String!): Report @requiresScopes(scopes: [["feedback:answer"]]) }
    type Report @key(fields: "id") { id: ID! agency: Agency at: Place mine: Boolean @authenticated state: State }
    type Agency @key(fields: "id") { id: ID! name: String! @external label: String @requires(fields: "name") }
    type Place @shareable { lat: Float! lng: Float! }
    enum State { OPEN CLOSED }
    """,
)
LINK_ONLY = SubgraphSdl(
    "news",
    """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { news: [News!]! }
    type News @key(fields: "id") { id: ID! by: Agency }
    type Agency @key(fields: "id", resolvable: false) { id: ID! }
    """,
)


def supergraph(*subgraphs: SubgraphSdl) -> str:
    result = compose(subgraphs)
    assert result.errors == ()
    assert result.supergraph_sdl is not None
    return result.supergraph_sdl


def test_the_sdl_is_a_valid_schema() -> None:
    schema = build_ast_schema(parse(supergraph(AGENCIES, FEEDBACK, LINK_ONLY)))
    assert sorted(schema.query_type.fields if schema.query_type else ()) == ["agency", "news", "reports"]


def test_the_order_of_the_subgraphs_does_not_matter() -> None:
    assert len({supergraph(*order) for order in permutations((AGENCIES, FEEDBACK, LINK_ONLY))}) == 1


def test_each_field_names_who_resolves_it() -> None:
    said = facts(supergraph(AGENCIES, FEEDBACK, LINK_ONLY))
    assert said["Agency"][1] == [
        "@join__type(graph: AGENCIES, key: id)",
        "@join__type(graph: FEEDBACK, key: id)",
        "@join__type(graph: NEWS, key: id, resolvable: false)",
    ]
    assert said["Agency"][2] == "Who answers for it."
    assert said["Agency.id"] == ("ID!", [], None, None)
    assert said["Agency.name"][1] == [
        "@join__field(external: true, graph: FEEDBACK)",
        "@join__field(graph: AGENCIES)",
        '@tag(name: "public")',
    ]
    assert said["Agency.label"][1] == ["@join__field(graph: FEEDBACK, requires: name)"]
    assert said["Place.lat"] == ("Float!", [], None, None)
    assert said["State.OPEN"][0] == ["@join__enumValue(graph: AGENCIES)", "@join__enumValue(graph: FEEDBACK)"]


def test_who_may_see_it_reaches_the_supergraph() -> None:
    said = facts(supergraph(AGENCIES, FEEDBACK))
    assert said["Report.mine"][1] == ["@authenticated()"]
    assert said["Mutation.answer"][1] == ["@requiresScopes(scopes: [['feedback:answer']])"]
    assert said["links"] == [
        '@link(for: SECURITY, url: "https://specs.apollo.dev/authenticated/v0.1")',
        '@link(for: SECURITY, url: "https://specs.apollo.dev/requiresScopes/v0.1")',
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        '@link(url: "https://specs.apollo.dev/tag/v0.3")',
    ]


def test_the_url_of_a_subgraph_is_kept() -> None:
    sdl = supergraph(AGENCIES, FEEDBACK)
    assert '  AGENCIES @join__graph(name: "agencies", url: "http://agencies")\n' in sdl
    assert '  FEEDBACK @join__graph(name: "feedback", url: "")\n' in sdl


def test_a_field_may_move_by_override_and_by_label() -> None:
    moving = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])
    type Agency @key(fields: "id") {
      id: ID!
      name: String! @override(from: "agencies")
      place: Place @override(from: "agencies", label: "percent(10)")
    }
    type Place @federation__shareable { lat: Float! lng: Float! }
    """
    said = facts(supergraph(AGENCIES, SubgraphSdl("registry", moving)))
    assert said["Agency.name"][1] == ['@join__field(graph: REGISTRY, override: "agencies")', '@tag(name: "public")']
    assert said["Agency.place"][1] == [
        '@join__field(graph: AGENCIES, overrideLabel: "percent(10)")',
        '@join__field(graph: REGISTRY, override: "agencies", overrideLabel: "percent(10)")',
    ]


def test_a_hundred_types_that_lead_to_each_other_are_walked_once() -> None:
    """Each subgraph lacks one of twenty fields that lead back to the type: 2**20 sets of subgraphs are possible."""
    names = [f"f{index}" for index in range(20)]
    parts = []
    for missing in (*names, None):
        own = " ".join(f"{name}: T @shareable" for name in names if name != missing)
        query = "type Query { t: T @shareable }"
        link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])'
        parts.append(SubgraphSdl(f"s{missing}", f"{link} {query} type T {{ {own} x: Int @shareable }}"))
    result = compose(parts)
    assert result.errors == ()
