"""Every field on every path: what can be reached by keys, what cannot, and that finding out takes no time."""

import time

import strawberry
from strawberry.federation import Schema

from schema.compose import SubgraphSdl, compose

IMPORTS = '"@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@override"'
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{IMPORTS}])\n'


def failures(**subgraphs: str) -> list[tuple[str, str | None]]:
    result = compose([SubgraphSdl(name, LINK + sdl) for name, sdl in subgraphs.items()])
    return [(error.code, error.coordinate) for error in result.errors]


def test_a_key_may_be_fetched_from_a_third_subgraph() -> None:
    assert (
        failures(
            a='type Query { t: T } type T @key(fields: "id") { id: ID! }',
            b='type T @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }',
            c='type T @key(fields: "code") { code: ID! x: Int }',
        )
        == []
    )


def test_a_key_that_nobody_on_the_way_knows_does_not_help() -> None:
    found = failures(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! }',
        c='type T @key(fields: "code") { code: ID! x: Int }',
    )
    assert found == [("SATISFIABILITY_ERROR", "T.code"), ("SATISFIABILITY_ERROR", "T.x")]


def test_what_is_provided_on_one_path_is_not_there_on_another() -> None:
    parts = {
        "a": 'type Query { with: T @provides(fields: "x") without: T } type T { id: ID! x: Int @external }',
        "b": "type T { x: Int @shareable }",
    }
    assert failures(**parts) == [("SATISFIABILITY_ERROR", "T.x")]
    assert failures(a=parts["a"].replace("without: T", ""), b=parts["b"]) == []


def test_a_key_that_is_not_resolvable_does_not_lead_in() -> None:
    other = 'type T @key(fields: "id"{}) {{ id: ID! x: Int }}'
    start = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
    assert failures(a=start, b=other.format("")) == []
    assert failures(a=start, b=other.format(", resolvable: false")) == [("SATISFIABILITY_ERROR", "T.x")]


def test_a_field_that_requires_itself_is_never_had() -> None:
    found = failures(
        a='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID! x: Int @external next: T! @requires(fields: "next { x }") }',
        b='type T @key(fields: "id") { id: ID! x: Int }',
    )
    assert found == [("SATISFIABILITY_ERROR", "T.next")]


def test_an_interface_object_needs_someone_who_knows_its_types() -> None:
    knows = 'interface I{} {{ id: ID! }} type T implements I @key(fields: "id") {{ id: ID! }}'
    asked = 'type Query { i: I } type I @key(fields: "id") @interfaceObject { id: ID! x: Int }'
    assert failures(a=asked, b=knows.format(' @key(fields: "id")')) == []
    assert failures(a=asked, b=knows.format("")) == [("SATISFIABILITY_ERROR", "I")]


def test_forty_levels_of_requirements_that_double_are_resolved_at_once() -> None:
    """f1 and g1 both require f0 and g0, and so on: asked naively 2**40 questions."""
    own, other = ["type Query { t: T }", 'type T @key(fields: "id") { id: ID! f0: Int g0: Int'], []
    other = ['type T @key(fields: "id") { id: ID! f0: Int @external g0: Int @external']
    for level in range(1, 41):
        here, there = (other, own) if level % 2 else (own, other)
        need = f'@requires(fields: "f{level - 1} g{level - 1}")'
        here.append(f"f{level}: Int {need} g{level}: Int {need}")
        there.append(f"f{level}: Int @external g{level}: Int @external" if level < 40 else "")
    start = time.process_time()
    assert failures(a=" ".join([*own, "}"]), b=" ".join([*other, "}"])) == []
    assert time.process_time() - start < 5


def test_what_strawberry_prints_composes() -> None:
    @strawberry.federation.type(keys=["id"])
    class Agency:
        id: strawberry.ID
        name: str = strawberry.federation.field(tags=["public"])

    @strawberry.type
    class Query:
        @strawberry.federation.field(authenticated=True)
        def agency(self) -> Agency | None:
            return None

    @strawberry.federation.type(keys=["id"], name="Agency")
    class AgencyLink:
        id: strawberry.ID

        @strawberry.field
        def reports(self) -> int:
            return 0

    @strawberry.type(name="Query")
    class Other:
        reports: int = strawberry.federation.field(shareable=True, default=0)

    parts = [
        SubgraphSdl("agencies", Schema(query=Query).as_str()),
        SubgraphSdl("feedback", Schema(query=Other, types=[AgencyLink]).as_str()),
    ]
    result = compose(parts)
    assert result.errors == ()
    sdl = result.supergraph_sdl or ""
    assert "  agency: Agency @join__field(graph: AGENCIES) @authenticated\n" in sdl
    assert "  reports: Int! @join__field(graph: FEEDBACK)\n" in sdl
    assert '  name: String! @join__field(graph: AGENCIES) @tag(name: "public")\n' in sdl
