"""Field sets, external fields, overrides, sharing and hiding: each refused with its code, or let through."""

import pytest

from schema.compose import SubgraphSdl, compose

IMPORTS = (
    '"@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", '
    '"@composeDirective"'
)
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{IMPORTS}])\n'
P = " interface I { z: Int } type P implements I { z: Int @external }"


def errors(**subgraphs: str) -> list[tuple[str, str]]:
    """Of federation 2 subgraphs."""
    result = compose([SubgraphSdl(name, LINK + sdl) for name, sdl in subgraphs.items()])
    return [(error.code, error.message) for error in result.errors]


@pytest.mark.parametrize(
    ("sdl", "code", "message"),
    [
        (
            'type Query { w: W } type W @key(fields: "i") { i: I } interface I { z: Int } '
            "type Q implements I { z: Int }",
            "KEY_FIELDS_SELECT_INVALID_TYPE",
            '@key of W in map selects "W.i", which is an interface',
        ),
        (
            'type Query { i: I } interface I { z: Int @provides(fields: "q") } type P implements I { z: Int }',
            "PROVIDES_ON_NON_OBJECT_FIELD",
            "I.z in map is a Int: remove @provides",
        ),
        (
            "type Query { w: Int } type Subscription { s: Int @shareable }",
            "INVALID_FIELD_SHARING",
            "Subscription.s is @shareable in map, and a subscription comes from one subgraph: remove @shareable",
        ),
        (
            "type Query { w: W } type W @shareable @shareable { s: Int }",
            "INVALID_SHAREABLE_USAGE",
            "W.s in map is @shareable twice: once is enough",
        ),
        (
            "type Query { u: U } union U = P type P @inaccessible { z: Int }",
            "ONLY_INACCESSIBLE_CHILDREN",
            "U (in map) has only @inaccessible members: hide the type too, or show one of them",
        ),
        (
            'extend schema @link(url: "https://a.vn/m/v1.0", import: ["@m"]) @composeDirective(name: "@m") '
            "directive @m(e: E = A) on OBJECT enum E { A @inaccessible B } type Query @m { u: Int }",
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "@m(e:) has a default with something @inaccessible in it: choose another, or show it",
        ),
    ],
)
def test_what_one_subgraph_does_wrong_is_told(sdl: str, code: str, message: str) -> None:
    assert errors(map=sdl) == [(code, message)]


def test_an_external_implementation_does_not_make_the_interface_field_provided() -> None:
    provider = 'type Query { i: I @provides(fields: "z") }' + P
    assert errors(map=provider, other="type P { z: Int @shareable }") == [
        (
            "PROVIDES_FIELDS_MISSING_EXTERNAL",
            '@provides of Query.i in map selects "I.z", which this subgraph resolves itself: '
            "mark it @external, or take it out",
        )
    ]


def test_what_stands_behind_an_unknown_field_of_a_field_set_is_not_used() -> None:
    sdl = 'type Query { w: W @provides(fields: "a nope b") } type W { id: ID! a: Int @external b: Int @external }'
    assert errors(map=sdl) == [
        (
            "PROVIDES_INVALID_FIELDS",
            '@provides of Query.w in map selects "nope", which is no field of W here: add it, or take it out',
        ),
        (
            "EXTERNAL_UNUSED",
            "W.b in map is @external, but in no @key, @requires or @provides: use it there, or remove it",
        ),
    ]


def test_a_part_of_a_field_set_that_never_applies_here_is_no_mistake() -> None:
    requires = '@requires(fields: "i { ... on P { z } }")'
    other = 'type W @key(fields: "id") { id: ID! i: I } interface I { z: Int } type P implements I { z: Int }'
    own = f'type Query {{ w: W }} type W @key(fields: "id") {{ id: ID! i: I @external n: Int {requires} }}'
    assert errors(map=f"{own} interface I {{ z: Int }} type P @external {{ z: Int }}", other=other) == []


def test_a_member_that_no_subgraph_on_the_way_can_return_cannot_be_required() -> None:
    requires = '@requires(fields: "u { ... on P { z } ... on R { z } }")'
    wants = f"""type W @key(fields: "id") {{ id: ID! u: U @external n: Int {requires} }}
    union U = P | R type P {{ z: Int @external }} type R {{ z: Int @external }}"""
    has = 'type Query { w: W } type W @key(fields: "id") { id: ID! u: U } type P { z: Int } type R { z: Int }'
    assert errors(a=has + " union U = P | R", b=wants) == []
    assert errors(a=has + " union U = P", b=wants) == [
        (
            "SATISFIABILITY_ERROR",
            "query { w { n } } cannot be answered: W.n is resolved by b, and from a what b requires for it cannot be "
            "fetched",
        )
    ]


def test_an_external_field_may_ask_for_less_than_the_real_one_not_for_more() -> None:
    real = 'type Query { w: W } type W @key(fields: "id") { id: ID! x(n: TYPE): Int }'
    external = """type W @key(fields: "id") { id: ID! x(n: TYPE): Int @external y: Int @requires(fields: "x(n: 1)") }"""
    assert errors(a=real.replace("TYPE", "Int!"), b=external.replace("TYPE", "Int")) == []
    assert errors(a=real.replace("TYPE", "Int"), b=external.replace("TYPE", "Int!")) == [
        ("EXTERNAL_ARGUMENT_TYPE_MISMATCH", 'W.x is @external in b and has "n" as Int!: write it as in a')
    ]


def test_an_interface_object_overrides_nothing() -> None:
    owner = """type Query { i: I } interface I @key(fields: "id") { id: ID! x: Int }
    type T implements I @key(fields: "id") { id: ID! x: Int @shareable }"""
    other = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int @override(from: "a") @shareable }'
    assert errors(a=owner, b=other) == [
        (
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "I.x in b is a field of an @interfaceObject: remove @override",
        )
    ]


def test_an_interface_is_no_base_for_the_extension_of_an_object_type() -> None:
    assert errors(a="type Query { a: Int } extend type U { z: Int }", b="interface U { z: Int }") == [
        (
            "EXTENSION_WITH_NO_BASE",
            "a extends U, which no other subgraph defines: define it where it belongs",
        ),
        ("TYPE_KIND_MISMATCH", '"U" is object in a and interface in b: rename one of them'),
    ]


def test_a_federation_1_extension_resolves_the_first_key_of_every_owner() -> None:
    parts = [
        SubgraphSdl("a", "extend type U { id: ID @external } type Query { user: U }"),
        SubgraphSdl("b", 'type U @key(fields: "id") { id: ID! } type Query { users: [U] }'),
        SubgraphSdl("c", 'type U @key(fields: "id") { id: ID! }'),
    ]
    result = compose(parts)
    assert result.errors == ()
    assert '  id: ID @join__field(graph: A, type: "ID") @join__field(graph: B, type: "ID!")' in result.supergraph_sdl


def test_a_query_needs_no_key_and_stands_in_every_subgraph() -> None:
    keyed = LINK + 'type Query @key(fields: "i") { i: Int }'
    result = compose([SubgraphSdl("a", keyed), SubgraphSdl("b", LINK + "type T { x: Int }")])
    head = "  @join__type(graph: A)\n  @join__type(graph: B)\n{"
    assert f"type Query\n{head}" in (result.supergraph_sdl or "")


def test_a_builtin_scalar_that_is_written_out_is_not_a_type_of_the_supergraph() -> None:
    result = compose([SubgraphSdl("a", "scalar Int type Query { a: Int }")])
    assert result.errors == ()
    assert "scalar Int" not in (result.supergraph_sdl or "")


@pytest.mark.parametrize(
    "sdl", ["type Query { a: Int @deprecated(reason: null) }", "type Query { a(x: Int = $v): Int }", ""]
)
def test_what_is_no_schema_is_told_not_raised(sdl: str) -> None:
    (error,) = compose([SubgraphSdl("a", sdl)]).errors
    assert (error.code, error.subgraphs) == ("INVALID_GRAPHQL", ("a",))


def test_a_reserved_name_does_not_hide_what_else_is_wrong() -> None:
    found = [error.code for error in compose([SubgraphSdl("_", "type Query { a: Nope }")]).errors]
    assert found == ["INVALID_SUBGRAPH_NAME", "INVALID_GRAPHQL"]
    found = [error.code for error in compose([SubgraphSdl("__map", "type Query { a: Int }")]).errors]
    assert found == ["INVALID_GRAPHQL"]


def test_two_interface_objects_do_not_resolve_one_field_unshared() -> None:
    owner = """type Query { i: I } interface I @key(fields: "id") { id: ID! }
    type T implements I @key(fields: "id") { id: ID! }"""
    adds = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int SHARED }'
    assert errors(a=owner, b=adds.replace("SHARED", ""), c=adds.replace("SHARED", "")) == [
        (
            "INVALID_FIELD_SHARING",
            "T.x is resolved by b by the interface object I and by c by the interface object I: "
            "rename one, or mark both @shareable",
        )
    ]
    assert errors(a=owner, b=adds.replace("SHARED", "@shareable"), c=adds.replace("SHARED", "@shareable")) == []
