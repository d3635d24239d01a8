"""Of one element: its description, its deprecation, and names that are words of a sentence."""

import pytest

from tests.changes.said import QUERY as Q
from tests.changes.said import changes


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (Q + '"x.y" type T { b: Int }', Q + '"z.w" type T { b: Int }', "T"),
        (Q, 'type Query { "x" a: Int }', "Query.a"),
        ("type Query { a(x: Int): Int }", 'type Query { a("x" x: Int): Int }', "Query.a(x:)"),
        (Q + "input I { x: Int }", Q + 'input I { "x" x: Int }', "I.x"),
        (Q + "enum E { A }", Q + 'enum E { "x" A }', "E.A"),
        (Q + "directive @d on FIELD", Q + '"x" directive @d on FIELD', "@d"),
        (Q + "directive @d(x: Int) on FIELD", Q + 'directive @d("x" x: Int) on FIELD', "@d"),
    ],
)
def test_a_description_changes_without_being_told_at_length(old: str, new: str, where: str) -> None:
    assert changes(old, new) == [("safe", "DESCRIPTION_CHANGED", where, f"The description of {where} changed.")]


@pytest.mark.parametrize(
    ("template", "where"),
    [
        ("type Query {{ a: Int {} }}", "Query.a"),
        ("type Query {{ a(x: Int {}): Int }}", "Query.a(x:)"),
        (Q.replace("{", "{{").replace("}", "}}") + "input I {{ x: Int {} }}", "I.x"),
        (Q.replace("{", "{{").replace("}", "}}") + "enum E {{ A {} }}", "E.A"),
    ],
)
def test_deprecations_come_go_and_change_their_reason(template: str, where: str) -> None:
    plain, old, new = (template.format(d) for d in ("", '@deprecated(reason: "b")', '@deprecated(reason: "c")'))
    assert changes(plain, old) == [("safe", "DEPRECATED", where, f"{where} is deprecated now: b")]
    assert changes(old, plain) == [("safe", "UNDEPRECATED", where, f"{where} is no longer deprecated.")]
    assert changes(old, new) == [("safe", "DEPRECATION_CHANGED", where, f"{where} is deprecated for another reason: c")]


def test_a_standard_scalar_comes_and_goes_untold() -> None:
    with_float = "type Query { a: Int b: Float }"
    assert [said[2] for said in changes(Q, with_float)] == ["Query.b"]
    assert [said[2] for said in changes(with_float, Q)] == ["Query.b"]


def test_names_that_are_words_of_the_sentences_are_found() -> None:
    names = ("Field", "Argument", "Directive", "Description", "Standard")
    types = " ".join(f"type {name} {{ was: Int }}" for name in names)
    assert [said[2] for said in changes(Q + types, Q)] == list(names)


def test_schemas_that_are_alike_have_no_changes() -> None:
    sdl = 'type Query { "x" a(x: Int = 1): Int @deprecated } enum E { A } input I { x: [E!]! = [A] }'
    assert changes(sdl, sdl) == []
