"""What a contract shows clients: for every kind of element, what its tag takes out or keeps."""

import pytest

from tests.contracts.shop import contract, public

INTERNAL = '@tag(name: "internal")'
WITHOUT_INTERNAL = contract(exclude=["internal"])
ONLY_PUBLIC = contract(include=["public"])


@pytest.mark.parametrize(
    ("kind", "sdl", "shown"),
    [
        (
            "field",
            f"type Query {{ a: Int b: Int {INTERNAL} }}",
            "type Query {\n  a: Int\n}",
        ),
        (
            "object",
            f"type Query {{ a: Int cost: Cost {INTERNAL} }} type Cost {INTERNAL} {{ id: ID }}",
            "type Query {\n  a: Int\n}",
        ),
        (
            "interface, and what implements it stays",
            f"type Query {{ film: Film }} interface Media {INTERNAL} {{ id: ID }} "
            "type Film implements Media { id: ID }",
            "type Film {\n  id: ID\n}\n\ntype Query {\n  film: Film\n}",
        ),
        (
            "interface's field, and the object's stays",
            f"type Query {{ m: Media }} interface Media {{ id: ID note: ID {INTERNAL} }} "
            "type Film implements Media { id: ID note: ID }",
            "type Film implements Media {\n  id: ID\n  note: ID\n}\n\ninterface Media {\n  id: ID\n}\n\n"
            "type Query {\n  m: Media\n}",
        ),
        (
            "union",
            f"type Query {{ film: Film m: Media {INTERNAL} }} union Media {INTERNAL} = Film type Film {{ id: ID }}",
            "type Film {\n  id: ID\n}\n\ntype Query {\n  film: Film\n}",
        ),
        (
            "union member",
            f"type Query {{ m: Media }} union Media = Film | Draft type Film {{ id: ID }} "
            f"type Draft {INTERNAL} {{ id: ID }}",
            "type Film {\n  id: ID\n}\n\nunion Media = Film\n\ntype Query {\n  m: Media\n}",
        ),
        (
            "enum",
            f"type Query {{ a: Int s: State {INTERNAL} }} enum State {INTERNAL} {{ OPEN }}",
            "type Query {\n  a: Int\n}",
        ),
        (
            "enum value",
            f"type Query {{ s: State }} enum State {{ OPEN HIDDEN {INTERNAL} }}",
            "type Query {\n  s: State\n}\n\nenum State {\n  OPEN\n}",
        ),
        (
            "scalar",
            f"type Query {{ a: Int s: Raw {INTERNAL} }} scalar Raw {INTERNAL}",
            "type Query {\n  a: Int\n}",
        ),
        (
            "argument",
            f"type Query {{ a(text: String deep: Boolean {INTERNAL}): Int }}",
            "type Query {\n  a(text: String): Int\n}",
        ),
        (
            "input",
            f"type Query {{ a(by: By {INTERNAL}): Int }} input By {INTERNAL} {{ name: String }}",
            "type Query {\n  a: Int\n}",
        ),
        (
            "input field",
            f"type Query {{ a(by: By): Int }} input By {{ name: String cost: Int {INTERNAL} }}",
            "input By {\n  name: String\n}\n\ntype Query {\n  a(by: By): Int\n}",
        ),
    ],
)
def test_what_is_tagged_as_excluded_is_out(kind: str, sdl: str, shown: str) -> None:
    assert public(WITHOUT_INTERNAL, sdl) == shown, kind


def test_one_subgraph_s_tag_takes_the_element_out_of_all() -> None:
    a = 'type Query { a: T } type T @key(fields: "id") { id: ID! name: String @shareable }'
    b = f'type T @key(fields: "id") {{ id: ID! name: String @shareable {INTERNAL} more: Int }}'
    assert public(WITHOUT_INTERNAL, a, b) == "type Query {\n  a: T\n}\n\ntype T {\n  id: ID!\n  more: Int\n}"


def test_only_fields_and_unions_must_be_tagged_as_included() -> None:
    sdl = """
        type Query { a(by: By state: State = OPEN): Media @tag(name: "public") b: Int }
        union Media @tag(name: "public") = Film | Song
        type Film @tag(name: "public") { id: ID at: Time }
        type Song { id: ID }
        input By { name: String }
        enum State { OPEN }
        scalar Time
    """
    assert public(ONLY_PUBLIC, sdl) == (
        "input By {\n  name: String\n}\n\ntype Film {\n  id: ID\n  at: Time\n}\n\nunion Media = Film\n\n"
        "type Query {\n  a(by: By, state: State = OPEN): Media\n}\n\nenum State {\n  OPEN\n}\n\nscalar Time"
    )


def test_a_type_s_tag_covers_its_fields_and_a_field_s_tag_keeps_its_type() -> None:
    sdl = """
        type Query @tag(name: "public") { film: Film song: Song }
        type Film @tag(name: "public") { id: ID name: String }
        type Song { id: ID @tag(name: "public") name: String }
    """
    assert public(ONLY_PUBLIC, sdl) == (
        "type Film {\n  id: ID\n  name: String\n}\n\ntype Query {\n  film: Film\n  song: Song\n}\n\n"
        "type Song {\n  id: ID\n}"
    )


def test_any_of_several_included_tags_is_enough_and_an_excluded_one_wins() -> None:
    sdl = """
        type Query { a: Int @tag(name: "x") b: Int @tag(name: "y") c: Int @tag(name: "x") @tag(name: "no") d: Int }
    """
    assert public(contract(["x", "y"], ["no"]), sdl) == "type Query {\n  a: Int\n  b: Int\n}"


def test_a_type_that_loses_all_its_parts_is_out() -> None:
    sdl = f"""
        type Query {{ a: Int }}
        type Mutation {{ wipe: Boolean {INTERNAL} }}
        type T {{ id: ID {INTERNAL} }}
        interface I {{ id: ID {INTERNAL} }}
        union U = T
        enum E {{ A {INTERNAL} }}
        input In {{ x: Int {INTERNAL} }}
    """
    assert public(WITHOUT_INTERNAL, sdl) == "type Query {\n  a: Int\n}"


def test_an_interface_does_not_promise_what_an_object_lost_but_keeps_what_a_lost_object_had() -> None:
    sdl = f"""
        type Query {{ m: Media }}
        interface Media {{ id: ID name(short: Boolean): String cost: Int }}
        type Film implements Media {{ id: ID name(short: Boolean {INTERNAL}): String cost: Int {INTERNAL} }}
        type Draft implements Media {INTERNAL} {{ id: ID name(short: Boolean): String cost: Int }}
    """
    assert public(WITHOUT_INTERNAL, sdl) == (
        "type Film implements Media {\n  id: ID\n  name: String\n}\n\n"
        "interface Media {\n  id: ID\n  name: String\n}\n\ntype Query {\n  m: Media\n}"
    )


def test_types_that_nothing_leads_to_stay_unless_asked_and_tagged_ones_always_do() -> None:
    sdl = """
        type Query { a: Node @tag(name: "public") b(by: By): Int }
        interface Node { id: ID @tag(name: "public") }
        type Film implements Node { id: ID @tag(name: "public") }
        input By { state: State }
        enum State { OPEN }
        scalar Spare @tag(name: "public")
        directive @in(unit: Unit) on FIELD
        enum Unit { KG }
    """
    directive = "directive @in(unit: Unit) on FIELD\n\n"
    reached = (
        "type Film implements Node {\n  id: ID\n}\n\ninterface Node {\n  id: ID\n}\n\n"
        "type Query {\n  a: Node\n}\n\nscalar Spare\n\n"
    )
    unit = "enum Unit {\n  KG\n}"
    assert public(contract(["public"], hide_unreachable=True), sdl) == directive + reached + unit
    by, state = "input By {\n  state: State\n}\n\n", "enum State {\n  OPEN\n}\n\n"
    assert public(ONLY_PUBLIC, sdl) == directive + by + reached + state + unit


def test_what_was_inaccessible_stays_so() -> None:
    sdl = f"type Query {{ a: Int b: Int @inaccessible c: Int {INTERNAL} }}"
    assert public(WITHOUT_INTERNAL, sdl) == "type Query {\n  a: Int\n}"
