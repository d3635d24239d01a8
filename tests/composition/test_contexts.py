"""@context and @fromContext: what one subgraph may write, and what the others may say of the same argument."""

import pytest

from schema.compose import SubgraphSdl, compose

IMPORTS = '"@key", "@shareable", "@context", "@fromContext"'
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{IMPORTS}])\n'
WARDS = """
type Query { ward: Ward }
type Ward @key(fields: "id") @context(name: "CONTEXT") { id: ID! lang: String! size: Int! people: [Person!]! }
type Person @key(fields: "id") { id: ID! name(lang: ARGUMENT): String! }
"""
TAKEN = 'String @fromContext(field: "$ward { lang }")'


def errors(argument: str = TAKEN, *, context: str = "ward", more: str = "") -> list[tuple[str, str]]:
    sdl = LINK + WARDS.replace("CONTEXT", context).replace("ARGUMENT", argument) + more
    return [(error.code, error.message) for error in compose([SubgraphSdl("map", sdl)]).errors]


def test_an_argument_is_taken_from_a_type_above() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("argument", "code", "fault"),
    [
        (
            'String @fromContext(field: "$city { lang }")',
            "CONTEXT_NOT_SET",
            'takes from the context "city", which no type here sets: add @context to one',
        ),
        (
            'String = "vi" @fromContext(field: "$ward { lang }")',
            "CONTEXT_NOT_SET",
            "has a default, and a context fills it in: remove one of the two",
        ),
        (
            'String @fromContext(field: "lang")',
            "NO_CONTEXT_IN_SELECTION",
            'takes "lang": write it as "$context { field }"',
        ),
        (
            'String @fromContext(field: "$ward { colour }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward { colour }", where "colour" is no field of Ward here',
        ),
        (
            'String! @fromContext(field: "$ward { lang }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward { lang }", which is a String, and the argument a String!: make it String',
        ),
        (
            'String @fromContext(field: "$ward { size }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward { size }", which is a Int, and the argument a String',
        ),
        (
            'String @fromContext(field: "$ward { lang id }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward { lang id }", which selects more than one field: select one',
        ),
        (
            'String @fromContext(field: "$ward { tongue: lang }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward { tongue: lang }", where aliases are not allowed',
        ),
        (
            'String @fromContext(field: "$ward ... on Person { id }")',
            "CONTEXT_INVALID_SELECTION",
            'takes "$ward ... on Person { id }", of which nothing is for Ward, which sets the context',
        ),
    ],
)
def test_what_is_taken_wrongly_is_told(argument: str, code: str, fault: str) -> None:
    assert errors(argument) == [(code, f"Person.name(lang:) in map {fault}")]


def test_a_context_has_a_plain_name() -> None:
    found = errors('String @fromContext(field: "$the_ward { lang }")', context="the_ward")
    assert found == [("CONTEXT_NAME_INVALID", 'Ward in map sets the context "the_ward": use letters and digits only')]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "interface Named { name: String! } extend type Person implements Named",
            "Person.name(lang:) in map is of a field that implements Named.name: no context fills in such a field",
        ),
        (
            'directive @d(x: Int @fromContext(field: "$ward { size }")) on OBJECT',
            "@d(x:) in map is an argument of a directive, which no context fills in: remove @fromContext",
        ),
        (
            'interface Sized { size(x: Int @fromContext(field: "$ward { size }")): Int }',
            "Sized.size(x:) in map is of an interface's field: move @fromContext to the types that implement it",
        ),
    ],
)
def test_only_a_field_of_an_object_type_takes_from_a_context(more: str, message: str) -> None:
    assert errors(more=more) == [("CONTEXT_NOT_SET", message)]


def test_who_takes_from_a_context_must_be_found_again_by_a_key() -> None:
    sdl = LINK + WARDS.replace("CONTEXT", "ward").replace("ARGUMENT", TAKEN)
    sdl = sdl.replace('Person @key(fields: "id")', 'Person @key(fields: "id", resolvable: false)')
    (error,) = compose([SubgraphSdl("map", sdl)]).errors
    assert (error.code, error.message) == (
        "CONTEXT_NO_RESOLVABLE_KEY",
        "Person.name(lang:) in map takes from a context, and Person has no resolvable @key: give it one",
    )


def test_what_one_takes_from_a_context_another_may_not_require() -> None:
    sdl = LINK + WARDS.replace("CONTEXT", "ward").replace("ARGUMENT", TAKEN)
    other = LINK + 'type Person @key(fields: "id") { id: ID! name(lang: String!): String! @shareable }'
    parts = [SubgraphSdl("map", sdl.replace(": String! }", ": String! @shareable }")), SubgraphSdl("people", other)]
    (error,) = compose(parts).errors
    assert (error.code, error.message) == (
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        "Person.name(lang:) is taken from a context in map and required in people: "
        "take it from a context there too, or make it optional",
    )


def test_a_context_is_called_after_its_subgraph_as_it_is_written() -> None:
    sdl = LINK + WARDS.replace("CONTEXT", "ward").replace("ARGUMENT", TAKEN)
    printed = compose([SubgraphSdl("ward-map", sdl)]).supergraph_sdl or ""
    assert '@context(name: "ward-map__ward")' in printed
    assert 'contextArguments: [{context: "ward-map__ward", name: "lang"' in printed
