"""@link and the directives it brings: identifiers, names, imports, and definitions written out by hand."""

import pytest

from schema.compose import SubgraphSdl, compose

FEDERATION = "https://specs.apollo.dev/federation/v2.9"
FED = f'@link(url: "{FEDERATION}", import: ["@key", "@composeDirective"])'
QUERY = " type Query { ward: Int }"


def errors(sdl: str) -> list[tuple[str, str]]:
    return [(error.code, error.message) for error in compose([SubgraphSdl("map", sdl)]).errors]


@pytest.mark.parametrize("version", ["latest", "2.9", ""])
def test_federation_is_linked_with_its_version(version: str) -> None:
    url = f"https://specs.apollo.dev/federation/{version}".rstrip("/")
    assert errors(f'extend schema @link(url: "{url}"){QUERY}') == [
        (
            "INVALID_LINK_IDENTIFIER",
            f'map links "{url}", which has no name and version: write it as "https://host/name/v1.0"',
        )
    ]


@pytest.mark.parametrize(
    "url", [f"{FEDERATION}?draft=1", f"{FEDERATION}#top", "https://me@specs.apollo.dev/federation/v2.9"]
)
def test_what_surrounds_an_identifier_does_not_matter(url: str) -> None:
    assert errors(f'extend schema @link(url: "{url}", import: ["@shareable"]) type Query {{ w: Int @shareable }}') == []


@pytest.mark.parametrize(
    ("links", "fault"),
    [
        (
            f'{FED} @link(url: "{FEDERATION}?x")',
            "links https://specs.apollo.dev/federation twice: join the two @link into one",
        ),
        (
            f'@link(url: "{FEDERATION}", import: [{{name: "@key", as: "@tag"}}, "@tag"])',
            'imports "@tag" as "@tag", and something else under that name: give it another',
        ),
        (
            f'@link(url: "{FEDERATION}", import: ["@key", {{name: "@key", as: "@id"}}])',
            'imports "@key" twice, as "@key" and as "@id": import it once',
        ),
        (
            f'@link(url: "{FEDERATION}", import: [{{name: "@key", as: "@"}}])',
            'imports "@key" as "@", which is no name',
        ),
        (
            f'@link(url: "{FEDERATION}", import: [{{name: "@key", as: "@k 1"}}])',
            'imports "@key" as "@k 1", which is no name',
        ),
        (
            f'@link(url: "{FEDERATION}", as: "@fed")',
            f'links "{FEDERATION}" as "@fed": use letters, digits and single "_"',
        ),
        (
            f'{FED} @link(url: "https://a.vn/x/v1.0") @link(url: "https://b.vn/x/v1.0")',
            'links https://a.vn/x/v1.0 and https://b.vn/x/v1.0 as "x": give one of them another name with as',
        ),
        (
            f'{FED} @link(url: "https://a.vn/x/v1.0", import: ["@key"])',
            f'imports "@key" from {FEDERATION} and from https://a.vn/x/v1.0: give one of them another name',
        ),
        (
            '@link(url: "https://specs.apollo.dev/link/v1.0", import: ["@key"])',
            'imports "@key" from https://specs.apollo.dev/link/v1.0, which does not have it: remove the import',
        ),
    ],
)
def test_names_that_clash_or_are_none_are_refused(links: str, fault: str) -> None:
    assert errors(f"extend schema {links}{QUERY}") == [("INVALID_LINK_DIRECTIVE_USAGE", f"map {fault}")]


def test_the_same_import_twice_is_one() -> None:
    assert errors(f'extend schema @link(url: "{FEDERATION}", import: ["@key", "@key"]){QUERY}') == []


def test_link_itself_is_renamed_only_where_it_is_defined() -> None:
    link = '@lnk(url: "https://specs.apollo.dev/link/v1.0", as: "lnk")'
    definition = " directive @lnk(url: String, as: String) repeatable on SCHEMA"
    assert errors(f"extend schema {link}{QUERY}") == [("INVALID_GRAPHQL", "map, line 1: Unknown directive '@lnk'.")]
    assert errors(f"extend schema {link}{definition}{QUERY}") == []


def test_a_specification_of_its_own_does_not_make_a_subgraph_federation_2() -> None:
    link = '@link(url: "https://specs.apollo.dev/inaccessible/v0.2")'
    sdl = f"extend schema {link} type Query {{ a: Int b: Int @inaccessible }}"
    ((code, message),) = errors(sdl)
    assert code == "INVALID_GRAPHQL"
    assert message.startswith("map, line 1: Unknown directive '@inaccessible'. @inaccessible is one of federation 2: ")


def test_a_scalar_of_federation_must_be_defined_by_who_writes_its_name() -> None:
    sdl = f"extend schema {FED} directive @mine(x: federation__FieldSet) on OBJECT{QUERY}"
    assert errors(sdl) == [("INVALID_GRAPHQL", "map, line 1: Unknown type 'federation__FieldSet'.")]
    assert errors(f"{sdl} scalar federation__FieldSet") == []


def test_a_wrong_definition_is_the_one_thing_said_of_a_directive() -> None:
    ward = ' type Query { w: W } type W @key(fields: "id") { id: ID! }'
    assert errors(f"extend schema {FED} directive @key(fields: Int!) repeatable on OBJECT{ward}") == [
        (
            "DIRECTIVE_DEFINITION_INVALID",
            'map defines @key with "fields: Int!" where it is "fields: FieldSet!": '
            "remove the definition, @link brings it",
        )
    ]
    assert errors(f"extend schema {FED} directive @key(fields: FieldSet!) repeatable on OBJECT{ward}") == [
        ("INVALID_GRAPHQL", "map, line 1: Unknown type 'FieldSet'.")
    ]


def test_a_directive_is_as_repeatable_as_its_own_definition() -> None:
    sdl = f"""extend schema {FED} scalar federation__FieldSet
    directive @key(fields: federation__FieldSet!) on OBJECT
    type Query {{ w: W }} type W @key(fields: "id") @key(fields: "no") {{ id: ID! no: ID! }}"""
    message = "map, line 3: The directive '@key' can only be used once at this location."
    assert errors(sdl) == [("INVALID_GRAPHQL", message)]


def test_an_argument_of_a_linked_directive_has_its_type() -> None:
    message = "schema in map gives @composeDirective(name:) a value that is no String"
    assert errors(f"extend schema {FED} @composeDirective(name: 1){QUERY}") == [("INVALID_GRAPHQL", message)]


def test_a_name_by_as_alone_names_no_directive_to_compose() -> None:
    composed = '@link(url: "https://a.vn/m/v1.0", as: "z") @composeDirective(name: "@z__m") directive @z__m on OBJECT'
    assert errors(f"extend schema {FED} {composed}{QUERY}") == [
        (
            "DIRECTIVE_COMPOSITION_ERROR",
            'map composes "@z__m", which no @link brings: link a specification that has it',
        )
    ]


def test_an_import_that_is_not_used_does_not_clash() -> None:
    link = f'extend schema @link(url: "{FEDERATION}", import: [IMPORT])'
    parts = [
        SubgraphSdl("a", link.replace("IMPORT", '"@inaccessible"') + " type Query { a: Int }"),
        SubgraphSdl(
            "b", link.replace("IMPORT", '{name: "@inaccessible", as: "@hidden"}') + " type Query { b: Int @hidden }"
        ),
    ]
    result = compose(parts)
    assert result.errors == ()
    assert "  b: Int @join__field(graph: B) @hidden\n" in (result.supergraph_sdl or "")


def composing(locations: str, argument: str = "a: Int") -> str:
    links = '@link(url: "https://a.vn/m/v1.0", import: ["@m"]) @composeDirective(name: "@m")'
    imports = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@tag"])'
    return f"extend schema {imports} {links} directive @m({argument}) on {locations} "


def test_a_composed_directive_stands_in_queries_where_all_who_compose_it_let_it() -> None:
    parts = [
        SubgraphSdl("a", composing("OBJECT | FIELD | QUERY") + "type Query { a: Int }"),
        SubgraphSdl("b", composing("FIELD_DEFINITION | FIELD") + "type Query { b: Int }"),
    ]
    printed = compose(parts).supergraph_sdl or ""
    assert "directive @m(a: Int) on OBJECT | FIELD | FIELD_DEFINITION\n" in printed
    assert "QUERY" not in printed


def test_a_tag_on_an_argument_of_a_composed_directive_brings_its_link() -> None:
    sdl = composing("OBJECT", 'a: Int @tag(name: "inner")') + "type Query @m(a: 1) { a: Int }"
    printed = compose([SubgraphSdl("a", sdl)]).supergraph_sdl or ""
    assert '@link(url: "https://specs.apollo.dev/tag/v0.3")' in printed
    assert 'directive @m(a: Int @tag(name: "inner")) on OBJECT\n' in printed
