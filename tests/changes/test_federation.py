"""What changes between two supergraphs behind the public schema: access, subgraphs, keys, who answers."""

from __future__ import annotations

import pytest

from gateway.planner.supergraph import Supergraph
from schema.changes import Side, compare_schemas
from schema.compose import SubgraphSdl, compose
from schema.contracts.reading import read_supergraph
from tests.changes.said import Said, said

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  "@override", "@inaccessible", "@authenticated", "@requiresScopes", "@policy"])
"""


def side(**sdls: str) -> Side:
    composition = compose([SubgraphSdl(name, LINK + sdl, f"http://{name}") for name, sdl in sdls.items()])
    assert composition.supergraph_sdl is not None, composition.errors
    sdl = composition.supergraph_sdl
    return Side(Supergraph.from_sdl(sdl).public_schema, read_supergraph(sdl))


def changes(old: Side, new: Side) -> list[Said]:
    return [said(change) for change in compare_schemas(old, new)]


def with_rule(rule: str) -> Side:
    return side(a="type Query { a: Int %s }" % rule)  # noqa: UP031, braces stand in it


AUTH = "@authenticated"
A, B, A_AND_B, A_OR_B = (
    f"@requiresScopes(scopes: {scopes})" for scopes in ('[["a"]]', '[["b"]]', '[["a", "b"]]', '[["a"], ["b"]]')
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", AUTH, ("breaking", "ACCESS_ADDED", "Query.a asks for @authenticated now.")),
        (AUTH, "", ("dangerous", "ACCESS_REMOVED", "Query.a no longer asks for @authenticated.")),
        ("", A_OR_B, ("breaking", "ACCESS_ADDED", "Query.a asks for @requiresScopes of a, or b now.")),
        (A_AND_B, "", ("dangerous", "ACCESS_REMOVED", "Query.a no longer asks for @requiresScopes of a and b.")),
        (
            A,
            A_AND_B,
            (
                "breaking",
                "ACCESS_TIGHTENED",
                "Query.a asks for @requiresScopes of a and b now; before for @requiresScopes of a.",
            ),
        ),
        (
            A,
            B,
            (
                "breaking",
                "ACCESS_TIGHTENED",
                "Query.a asks for @requiresScopes of b now; before for @requiresScopes of a.",
            ),
        ),
        (
            A,
            A_OR_B,
            (
                "dangerous",
                "ACCESS_LOOSENED",
                "Query.a asks for @requiresScopes of a, or b now; before for @requiresScopes of a.",
            ),
        ),
        (
            "",
            '@policy(policies: [["chief"]])',
            ("breaking", "ACCESS_ADDED", "Query.a asks for @policy of chief now."),
        ),
    ],
)
def test_who_is_let_in(old: str, new: str, told: tuple[str, str, str]) -> None:
    level, code, message = told
    assert changes(with_rule(old), with_rule(new)) == [(level, code, "Query.a", message)]


def test_a_type_s_rule_is_told_at_the_type_and_one_of_a_new_field_is_not() -> None:
    old = side(a="type Query { t: T } type T { id: ID }")
    new = side(a="type Query { t: T new: Int @authenticated } type T @authenticated { id: ID }")
    assert changes(old, new) == [
        ("breaking", "ACCESS_ADDED", "T", "T asks for @authenticated now."),
        ("safe", "FIELD_ADDED", "Query.new", "Field Query.new was added."),
    ]


def test_who_may_see_what_nobody_sees_is_not_told() -> None:
    old = side(a="type Query { a: Int b: Int @inaccessible }")
    new = side(a="type Query { a: Int b: Int @inaccessible @authenticated }")
    assert changes(old, new) == []


def test_a_subgraph_comes_and_goes() -> None:
    one = side(a="type Query { a: Int }")
    two = side(a="type Query { a: Int @shareable }", b="type Query { a: Int @shareable }")
    assert changes(one, two) == [
        ("safe", "SUBGRAPH_ADDED", "b", "The subgraph b was added."),
        ("info", "FIELD_MOVED", "Query.a", "Query.a is answered by a and b now; before by a."),
    ]
    assert changes(two, one) == [
        ("dangerous", "SUBGRAPH_REMOVED", "b", "The subgraph b was removed."),
        ("info", "FIELD_MOVED", "Query.a", "Query.a is answered by a now; before by a and b."),
    ]


def test_a_subgraph_at_another_url_is_told() -> None:
    before, after = (
        compose([SubgraphSdl("a", "type Query { a: Int }", url)]).supergraph_sdl for url in ("http://x", "http://y")
    )
    assert before is not None
    assert after is not None
    old, new = (Side(Supergraph.from_sdl(sdl).public_schema, read_supergraph(sdl)) for sdl in (before, after))
    assert changes(old, new) == [
        ("info", "SUBGRAPH_MOVED", "a", 'The subgraph a is at "http://y" now; before at "http://x".')
    ]


def test_a_field_moves_between_subgraphs() -> None:
    a = 'type Query { t: T } type T @key(fields: "id") { id: ID! name: String }'
    b = 'type T @key(fields: "id") { id: ID! more: Int }'
    moved = 'type T @key(fields: "id") { id: ID! more: Int name: String @override(from: "a") }'
    assert changes(side(a=a, b=b), side(a=a, b=moved)) == [
        ("info", "FIELD_MOVED", "T.name", "T.name is answered by b now; before by a.")
    ]


def test_a_key_goes_comes_or_is_written_in_another_order() -> None:
    def keyed(key: str) -> Side:
        return side(a=f"type Query {{ t: T }} type T {key} {{ id: ID! code: ID! o: O! }} type O {{ x: ID! y: ID! }}")

    both = keyed('@key(fields: "id") @key(fields: "code o { x y }")')
    one = keyed('@key(fields: "id")')
    assert changes(both, one) == [
        (
            "dangerous",
            "KEY_REMOVED",
            "T",
            'a no longer finds T by the key "code o { x y }": a subgraph that gives it is not joined.',
        )
    ]
    assert changes(one, both) == [("safe", "KEY_ADDED", "T", 'a finds T by the key "code o { x y }" now.')]
    assert changes(both, keyed('@key(fields: "o { y x } code") @key(fields: "id")')) == []


def test_a_key_that_is_no_longer_resolvable_is_one_that_went() -> None:
    a = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
    old = side(a=a)
    new = side(a=a.replace('"id")', '"id", resolvable: false)'))
    assert [change[:3] for change in changes(old, new)] == [("dangerous", "KEY_REMOVED", "T")]


def test_the_worst_comes_first() -> None:
    old = side(a="type Query { a: Int b: Int e: E } enum E { A }")
    new = side(a="type Query { a: Int @authenticated c: Int e: E } enum E { A B }", b="type Query { d: Int }")
    assert [(level, where) for level, _, where, _ in changes(old, new)] == [
        ("breaking", "Query.b"),
        ("breaking", "Query.a"),
        ("dangerous", "E.B"),
        ("safe", "Query.c"),
        ("safe", "Query.d"),
        ("safe", "b"),
    ]
