"""Why there is no such contract: who, what, and what to do, under fixed codes."""

import pytest

from schema.contracts import apply_contract
from tests.contracts.shop import composed, contract, refused

INTERNAL = '@tag(name: "internal")'
WITHOUT_INTERNAL = contract(exclude=["internal"])


def test_a_field_whose_type_is_out_must_be_out_too() -> None:
    sdl = f"type Query {{ costs: [Cost!]! a: Int }} type Cost {INTERNAL} {{ id: ID }}"
    assert refused(WITHOUT_INTERNAL, sdl) == [
        (
            "REFERENCED_INACCESSIBLE",
            'Query.costs (in a) is in the contract, and its type Cost is out because it is tagged "internal": '
            "take Query.costs out, or bring Cost in",
        )
    ]


def test_the_subgraphs_to_be_changed_are_named() -> None:
    a = (
        'type Query { t: T } type T @key(fields: "id") { id: ID! u: U @shareable } union U = V '
        "type V { id: ID @shareable }"
    )
    b = (
        'type T @key(fields: "id") { id: ID! @tag(name: "public") u: U @shareable @tag(name: "public") } union U = V '
        'type V { id: ID @shareable @tag(name: "public") } extend type Query { b: T @tag(name: "public") }'
    )
    assert refused(contract(include=["public"]), a, b) == [
        (
            "REFERENCED_INACCESSIBLE",
            'T.u (in a and b) is in the contract, and its type U is out because it is not tagged "public": '
            "take T.u out, or bring U in",
        )
    ]


def test_an_argument_and_an_input_field_of_a_type_that_is_out() -> None:
    sdl = f"""
        type Query {{ a(by: By raw: Raw): Int }}
        input By {{ raw: Raw }}
        scalar Raw {INTERNAL}
    """
    why = 'its type Raw is out because it is tagged "internal"'
    assert refused(WITHOUT_INTERNAL, sdl) == [
        ("REFERENCED_INACCESSIBLE", f"{at} (in a) is in the contract, and {why}: take {at} out, or bring Raw in")
        for at in ("By.raw", "Query.a(raw:)")
    ]


def test_a_directive_keeps_the_types_of_its_arguments() -> None:
    sdl = f"""
        directive @in(unit: Unit) on FIELD
        type Query {{ a: Int }}
        enum Unit {INTERNAL} {{ KG }}
    """
    assert refused(WITHOUT_INTERNAL, sdl) == [
        (
            "REFERENCED_INACCESSIBLE",
            '@in(unit:) needs the type Unit, which is out because it is tagged "internal": bring Unit in',
        )
    ]


def test_what_is_required_cannot_be_out() -> None:
    sdl = f"""
        type Query {{ a(x: Int! {INTERNAL} y: Int! = 1 {INTERNAL}): Int b(by: By): Int }}
        input By {{ name: String cost: Int! {INTERNAL} }}
    """
    assert refused(WITHOUT_INTERNAL, sdl) == [
        (
            "REQUIRED_INACCESSIBLE",
            f'{at} (in a) is out because it is tagged "internal", and required, so that nobody could give it: '
            "make it optional, or bring it in",
        )
        for at in ("By.cost", "Query.a(x:)")
    ]


def test_a_default_cannot_hold_what_is_out() -> None:
    sdl = f"type Query {{ a(state: State = HIDDEN): Int }} enum State {{ OPEN HIDDEN {INTERNAL} }}"
    assert refused(WITHOUT_INTERNAL, sdl) == [
        (
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "Query.a(state:) (in a) is in the contract, and its default holds something that is out: "
            "choose another, or bring that in",
        )
    ]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (WITHOUT_INTERNAL, 'it is tagged "internal"'),
        (contract(["public"]), "all its fields are out"),
    ],
)
def test_a_contract_leaves_something_to_ask(wanted: object, why: str) -> None:
    assert refused(wanted, f"type Query {INTERNAL} {{ a: Int }}") == [  # type: ignore[arg-type]
        (
            "EMPTY_QUERY",
            f"the contract leaves nothing to ask: Query is out because {why}: include a tag of its fields",
        )
    ]


def test_a_contract_says_something_and_does_not_contradict_itself() -> None:
    sdl = "type Query { a: Int }"
    assert refused(contract(), sdl) == [("INVALID_CONTRACT", "the contract names no tag: include one, or exclude one")]
    assert refused(contract(["x", "y"], ["y"]), sdl) == [
        ("INVALID_CONTRACT", 'the contract both includes and excludes the tag "y": take it out of one')
    ]


@pytest.mark.parametrize(
    ("sdl", "why"),
    [
        ("type Query {", "the supergraph does not parse: Syntax Error: Expected Name, found <EOF>."),
        (
            "type Query { a: Int }",
            "not a supergraph with @link: its schema has no @link: compose it with a federation 2 composer",
        ),
        (
            'schema @link(url: "https://specs.apollo.dev/link/v1.0") { query: Query } type Query { a: Int }',
            "the supergraph names no subgraphs: the enum join__Graph is missing or empty",
        ),
    ],
)
def test_what_is_no_supergraph_has_no_contract(sdl: str, why: str) -> None:
    (error,) = apply_contract(sdl, WITHOUT_INTERNAL).errors
    assert (error.code, error.message) == ("INVALID_SUPERGRAPH", why)


def test_tags_that_nothing_has_are_told() -> None:
    made = apply_contract(
        composed(f"type Query {{ a: Int b: Int {INTERNAL} }}"), contract([], ["internal", "intrenal"])
    )
    assert (made.ok, made.unused) == (True, ("intrenal",))
