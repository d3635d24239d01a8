"""What clients notice between two public schemas: how bad, under which code, where, and in which words."""

import pytest

from tests.changes.said import QUERY as Q
from tests.changes.said import Said, changes


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (Q + "type T { b: Int }", Q, ("breaking", "TYPE_REMOVED", "T", "T was removed.")),
        (
            Q + "scalar T",
            Q + "enum T { A }",
            ("breaking", "TYPE_CHANGED_KIND", "T", "T changed from a Scalar type to an Enum type."),
        ),
        ("type Query { a: Int b: Int }", Q, ("breaking", "FIELD_REMOVED", "Query.b", "Field Query.b was removed.")),
        (
            Q,
            "type Query { a: String }",
            ("breaking", "FIELD_CHANGED_KIND", "Query.a", "Field Query.a changed type from Int to String."),
        ),
        (
            "type Query { a(x: Int): Int }",
            Q,
            ("breaking", "ARG_REMOVED", "Query.a(x:)", "Argument Query.a(x:) was removed."),
        ),
        (
            Q,
            "type Query { a(x: Int!): Int }",
            ("breaking", "REQUIRED_ARG_ADDED", "Query.a(x:)", "A required argument Query.a(x:) was added."),
        ),
        (
            "type Query { a(x: Int): Int }",
            "type Query { a(x: Int!): Int }",
            ("breaking", "ARG_CHANGED_KIND", "Query.a(x:)", "Argument Query.a(x:) has changed type from Int to Int!."),
        ),
        (
            "type Query { a(x: Int! = 1): Int }",
            "type Query { a(x: Int!): Int }",
            ("breaking", "ARG_BECAME_REQUIRED", "Query.a(x:)", "Query.a(x:) is required now: its default was removed."),
        ),
        (
            Q + "input I { x: Int! = 1 }",
            Q + "input I { x: Int! }",
            ("breaking", "INPUT_FIELD_BECAME_REQUIRED", "I.x", "I.x is required now: its default was removed."),
        ),
        (
            Q + "input I { x: Int }",
            Q + "input I { x: Int y: Int! }",
            ("breaking", "REQUIRED_INPUT_FIELD_ADDED", "I.y", "A required field I.y was added."),
        ),
        (
            Q + "enum E { A B }",
            Q + "enum E { A }",
            ("breaking", "VALUE_REMOVED_FROM_ENUM", "E.B", "Enum value E.B was removed."),
        ),
        (
            Q + "union U = T | V type T { x: Int } type V { x: Int }",
            Q + "union U = T type T { x: Int } type V { x: Int }",
            ("breaking", "TYPE_REMOVED_FROM_UNION", "U", "V was removed from union type U."),
        ),
        (
            Q + "interface I { x: Int } type T implements I { x: Int }",
            Q + "interface I { x: Int } type T { x: Int }",
            ("breaking", "IMPLEMENTED_INTERFACE_REMOVED", "T", "T no longer implements interface I."),
        ),
        (Q + "directive @d on FIELD", Q, ("breaking", "DIRECTIVE_REMOVED", "@d", "Directive @d was removed.")),
        (
            Q + "directive @d(x: Int) on FIELD",
            Q + "directive @d on FIELD",
            ("breaking", "DIRECTIVE_ARG_REMOVED", "@d(x:)", "Argument @d(x:) was removed."),
        ),
        (
            Q + "directive @d on FIELD | QUERY",
            Q + "directive @d on FIELD",
            ("breaking", "DIRECTIVE_LOCATION_REMOVED", "@d", "QUERY was removed from @d."),
        ),
        (
            Q + "directive @d repeatable on FIELD",
            Q + "directive @d on FIELD",
            ("breaking", "DIRECTIVE_REPEATABLE_REMOVED", "@d", "Repeatable flag was removed from @d."),
        ),
        (
            Q + "input I { x: Int }",
            Q + "input I @oneOf { x: Int }",
            ("breaking", "ONE_OF_ADDED", "I", "I takes exactly one of its fields now."),
        ),
        (
            Q + "type Mutation { x: Int }",
            "schema { query: Query } " + Q + "type Mutation { x: Int }",
            ("breaking", "ROOT_TYPE_REMOVED", "Mutation", "Mutation no longer answers mutation operations."),
        ),
        (
            Q + "type Other { a: Int }",
            "schema { query: Other } " + Q + "type Other { a: Int }",
            ("breaking", "ROOT_TYPE_CHANGED", "Query", "Other answers query operations now, and Query no longer does."),
        ),
    ],
)
def test_what_is_breaking(old: str, new: str, said: Said) -> None:
    assert changes(old, new) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            Q + "enum E { A }",
            Q + "enum E { A B }",
            ("dangerous", "VALUE_ADDED_TO_ENUM", "E.B", "Enum value E.B was added."),
        ),
        (
            Q + "union U = T type T { x: Int } type V { x: Int }",
            Q + "union U = T | V type T { x: Int } type V { x: Int }",
            ("dangerous", "TYPE_ADDED_TO_UNION", "U", "V was added to union type U."),
        ),
        (
            Q + "interface I { x: Int } type T { x: Int }",
            Q + "interface I { x: Int } type T implements I { x: Int }",
            ("dangerous", "IMPLEMENTED_INTERFACE_ADDED", "T", "I added to interfaces implemented by T."),
        ),
        (
            "type Query { a(x: Int = 1): Int }",
            "type Query { a(x: Int = 2): Int }",
            (
                "dangerous",
                "ARG_DEFAULT_VALUE_CHANGE",
                "Query.a(x:)",
                "Query.a(x:) has changed defaultValue from 1 to 2.",
            ),
        ),
        (
            "type Query { a(x: Int = 1): Int }",
            "type Query { a(x: Int): Int }",
            ("dangerous", "ARG_DEFAULT_VALUE_CHANGE", "Query.a(x:)", "Query.a(x:) defaultValue was removed."),
        ),
        (
            Q + "input I { x: Float = 1.5 }",
            Q + "input I { x: Float = 2.5 }",
            ("dangerous", "INPUT_FIELD_DEFAULT_VALUE_CHANGE", "I.x", "I.x has changed defaultValue from 1.5 to 2.5."),
        ),
        (
            Q + 'scalar S @specifiedBy(url: "https://a")',
            Q + "scalar S",
            ("dangerous", "SPECIFIED_BY_CHANGED", "S", "S is specified by nothing now; before by https://a."),
        ),
    ],
)
def test_what_is_dangerous(old: str, new: str, said: Said) -> None:
    assert changes(old, new) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (Q, Q + "type T { b: Int }", ("safe", "TYPE_ADDED", "T", "T was added.")),
        (Q, "type Query { a: Int b: Int }", ("safe", "FIELD_ADDED", "Query.b", "Field Query.b was added.")),
        (
            Q,
            "type Query { a: Int! }",
            ("safe", "FIELD_CHANGED_KIND_SAFE", "Query.a", "Field Query.a changed type from Int to Int!."),
        ),
        (
            Q,
            "type Query { a(x: Int): Int }",
            ("safe", "OPTIONAL_ARG_ADDED", "Query.a(x:)", "An optional argument Query.a(x:) was added."),
        ),
        (
            Q + "input I { x: Int }",
            Q + "input I { x: Int y: Int! = 1 }",
            ("safe", "OPTIONAL_INPUT_FIELD_ADDED", "I.y", "An optional field I.y was added."),
        ),
        (
            "type Query { a(x: Int!): Int }",
            "type Query { a(x: Int): Int }",
            ("safe", "ARG_CHANGED_KIND_SAFE", "Query.a(x:)", "Argument Query.a(x:) has changed type from Int! to Int."),
        ),
        (
            "type Query { a(x: Int!): Int }",
            "type Query { a(x: Int! = 1): Int }",
            ("safe", "ARG_DEFAULT_VALUE_ADDED", "Query.a(x:)", "Query.a(x:) added a defaultValue 1."),
        ),
        (Q, Q + "directive @d on FIELD", ("safe", "DIRECTIVE_ADDED", "@d", "Directive @d was added.")),
        (
            Q + "directive @d on FIELD",
            Q + "directive @d(x: Int) on FIELD",
            ("safe", "OPTIONAL_DIRECTIVE_ARG_ADDED", "@d(x:)", "An optional argument @d(x:) was added."),
        ),
        (
            Q + "directive @d on FIELD",
            Q + "directive @d on FIELD | QUERY",
            ("safe", "DIRECTIVE_LOCATION_ADDED", "@d", "QUERY was added to @d."),
        ),
        (
            Q + "input I @oneOf { x: Int }",
            Q + "input I { x: Int }",
            ("safe", "ONE_OF_REMOVED", "I", "I no longer takes exactly one of its fields."),
        ),
        (
            "schema { query: Query } " + Q + "type Mutation { x: Int }",
            Q + "type Mutation { x: Int }",
            ("safe", "ROOT_TYPE_ADDED", "Mutation", "Mutation answers mutation operations now."),
        ),
    ],
)
def test_what_is_safe(old: str, new: str, said: Said) -> None:
    assert changes(old, new) == [said]
