"""What an error says: who, what, where, and what to do."""

import pytest

from schema.compose import SubgraphSdl, compose

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [{}])\n'


def fed2(*imports: str) -> str:
    return LINK.format(", ".join(f'"@{name}"' for name in imports))


def errors(*subgraphs: SubgraphSdl) -> list[tuple[str, str]]:
    result = compose(subgraphs)
    assert result.supergraph_sdl is None
    return [(error.code, error.message) for error in result.errors]


AGENCIES = SubgraphSdl(
    "agencies",
    fed2("key") + 'type Query { agencies: [Agency!]! } type Agency @key(fields: "id") { id: ID! name: String! }',
    origins={"Agency": "plugins/agencies/types.py:9", "Agency.name": "plugins/agencies/types.py:12"},
)


def test_a_field_resolved_twice_names_both_sides_and_their_files() -> None:
    other = SubgraphSdl(
        "p2",
        fed2("key") + 'type Agency @key(fields: "id") { id: ID! name: String! }',
        origins={"Agency.name": "plugins/p2/graph.py:8"},
    )
    assert errors(AGENCIES, other) == [
        (
            "INVALID_FIELD_SHARING",
            "Agency.name is resolved by agencies (plugins/agencies/types.py:12) and by p2 (plugins/p2/graph.py:8): "
            "rename one, or mark both @shareable",
        )
    ]


def test_a_field_shared_by_one_side_alone_names_the_other() -> None:
    other = SubgraphSdl(
        "p2", fed2("key", "shareable") + 'type Agency @key(fields: "id") { id: ID! name: String! @shareable }'
    )
    assert errors(AGENCIES, other) == [
        (
            "INVALID_FIELD_SHARING",
            "Agency.name is resolved by agencies (plugins/agencies/types.py:12) and by p2: "
            "mark it @shareable in agencies too",
        )
    ]


def test_the_error_carries_its_subgraphs_and_its_coordinate() -> None:
    other = SubgraphSdl("p2", fed2("key") + 'type Agency @key(fields: "id") { id: ID! name: String! }')
    (error,) = compose([AGENCIES, other]).errors
    assert (error.subgraphs, error.coordinate) == (("agencies", "p2"), "Agency.name")


def test_the_origin_of_a_type_stands_for_its_fields() -> None:
    other = SubgraphSdl("p2", fed2("key") + 'type Agency @key(fields: "id") { id: Int! }')
    assert errors(AGENCIES, other) == [
        (
            "FIELD_TYPE_MISMATCH",
            'Agency.id is "ID!" in agencies (plugins/agencies/types.py:9) and "Int!" in p2: '
            "give it one type, or types of which one takes in the others",
        )
    ]


def test_a_syntax_error_names_subgraph_and_line() -> None:
    assert errors(SubgraphSdl("map", "type Query {\n  features: [String\n}")) == [
        ("INVALID_GRAPHQL", "map, line 3: Syntax Error: Expected ']', found '}'.")
    ]


def test_an_unknown_type_names_subgraph_and_line() -> None:
    assert errors(SubgraphSdl("map", "type Query {\n  ward: Ward\n}")) == [
        ("INVALID_GRAPHQL", "map, line 2: Unknown type 'Ward'.")
    ]


def test_a_directive_that_is_not_imported_is_told_how_to_get_it() -> None:
    assert errors(SubgraphSdl("map", "type Query {\n  ward: String @shareable\n}")) == [
        (
            "INVALID_GRAPHQL",
            "map, line 2: Unknown directive '@shareable'. @shareable is one of federation 2: add \"@shareable\" to the "
            'import of @link(url: "https://specs.apollo.dev/federation/v2.x").',
        )
    ]


def test_a_field_that_no_key_leads_to_names_the_path_and_the_subgraphs() -> None:
    wards = SubgraphSdl("wards", fed2() + "type Query { wards: [Ward!]! } type Ward { code: ID! }")
    people = SubgraphSdl(
        "people", fed2() + "type Ward { population: Int! }", origins={"Ward.population": "plugins/people/types.py:4"}
    )
    assert errors(wards, people) == [
        (
            "SATISFIABILITY_ERROR",
            "query { wards { population } } cannot be answered: Ward.population is resolved by "
            "people (plugins/people/types.py:4), and from wards people cannot be entered: give Ward a @key there",
        )
    ]


@pytest.mark.parametrize(
    ("sdl", "code", "message"),
    [
        (
            fed2("key") + 'type Query { w: Ward } type Ward @key(fields: "code") { id: ID! }',
            "KEY_INVALID_FIELDS",
            '@key of Ward in map selects "code", which is no field of Ward here: add it, or take it out',
        ),
        (
            fed2("key", "external")
            + 'type Query { w: Ward } type Ward @key(fields: "id") { id: ID! name: String @external }',
            "EXTERNAL_UNUSED",
            "Ward.name in map is @external, but in no @key, @requires or @provides: use it there, or remove it",
        ),
        (
            fed2("override") + 'type Query { ward: String @override(from: "map") }',
            "OVERRIDE_FROM_SELF_ERROR",
            'Query.ward in map overrides "map", which is itself: name the other subgraph',
        ),
        (
            fed2("inaccessible") + "type Query { ward(id: ID! @inaccessible): String }",
            "REQUIRED_INACCESSIBLE",
            "Query.ward(id:) (in map) is @inaccessible, and required, so that nobody could give it: "
            "make it optional, or show it",
        ),
        (
            "type Ward { id: ID! }",
            "NO_QUERIES",
            "no subgraph has a field on Query: add one, or list a subgraph that has",
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_do(sdl: str, code: str, message: str) -> None:
    assert errors(SubgraphSdl("map", sdl)) == [(code, message)]


def test_every_faulty_subgraph_is_named_at_once() -> None:
    broken = [SubgraphSdl(name, "type Query { x: Missing }") for name in ("a", "b")]
    assert [error.subgraphs for error in compose(broken).errors] == [("a",), ("b",)]


def test_two_subgraphs_of_one_name_are_refused() -> None:
    assert errors(SubgraphSdl("map", "type Query { a: Int }"), SubgraphSdl("map", "type Query { b: Int }")) == [
        ("INVALID_SUBGRAPH_NAME", 'two subgraphs are called "map": rename one')
    ]
