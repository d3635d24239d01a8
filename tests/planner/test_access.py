"""Guards are read by what a @link says that they mean."""

from graphql import parse

from gateway.planner.access import Access, access_of
from gateway.planner.supergraph import Supergraph
from schema.compose import SubgraphSdl, compose

FEDERATION = "https://specs.apollo.dev/federation/v2.9"
SIGNED_IN = Access(authenticated=True)


def read(sdl: str) -> dict[str, Access]:
    return access_of(parse(sdl))


def test_a_guard_imported_by_another_name_guards() -> None:
    sdl = f"""extend schema @link(url: "{FEDERATION}", import: [{{name: "@authenticated", as: "@signedIn"}}])
    type Query {{ a: Int @signedIn b: Int @federation__requiresScopes(scopes: [["x", "y"], ["z"]]) c: Int }}"""
    guarded = {"Query.a": SIGNED_IN, "Query.b": Access(scopes=(("x", "y"), ("z",)))}
    assert read(sdl) == guarded
    composition = compose([SubgraphSdl("one", sdl)])
    assert composition.supergraph_sdl is not None, composition.errors
    assert "a: Int @signedIn" in composition.supergraph_sdl
    assert Supergraph.from_sdl(composition.supergraph_sdl).access == guarded


def test_a_guard_whose_whole_specification_has_another_name_guards() -> None:
    link = '@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule", for: SECURITY)'
    assert read(f'extend schema {link} type A @rule(policies: [["chief"]]) {{ a: Int }}') == {
        "A": Access(policies=(("chief",),))
    }


def test_a_guard_without_a_link_is_taken_by_its_name() -> None:
    assert read("type Query { a: Int @authenticated } enum Kind @authenticated { A }") == {
        "Query.a": SIGNED_IN,
        "Kind": SIGNED_IN,
    }


def test_a_directive_of_another_house_is_no_guard() -> None:
    assert read('extend schema @link(url: "https://example.com/policy/v1.0") type Query { a: Int @policy }') == {}


def test_a_type_and_its_extension_guard_together() -> None:
    assert read("""
        type A @authenticated @requiresScopes(scopes: [["x"], ["y"]]) { a: Int }
        extend type A @requiresScopes(scopes: [["z"]]) { b: Int @authenticated }
    """) == {"A": Access(True, (("x", "z"), ("y", "z"))), "A.b": SIGNED_IN}
