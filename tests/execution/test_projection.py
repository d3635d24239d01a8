"""Projection: the client's keys and order, values checked against the public schema, nulls that rise."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from gateway.execution.project import GENERATED_AT, Projector
from tests.execution.hand import projection_of

SCHEMA = build_schema("""
    type Query { top: Item items: [Item!]! grid: [[Int!]] strict: Item! any: [Thing] leaf: Leaf must: Must }
    interface Thing { id: ID! }
    type Item implements Thing { id: ID! name: String below: Item must: Item! tags: [String!] }
    type Other implements Thing { id: ID! size: Int! }
    type Leaf { int: Int float: Float string: String boolean: Boolean id: ID kind: Kind json: JSON }
    type Must { int: Int! float: Float! string: String! boolean: Boolean! id: ID! kind: Kind! json: JSON! }
    enum Kind { OPEN }
    scalar JSON
""")


def _answer(query: str, tree: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """The data and the errors; the same when it is asked again, of the code that is then generated."""
    projector = Projector(projection_of(SCHEMA, query), lambda _field: True)
    first: list[dict[str, Any]] = []
    data = projector.project(tree, first)
    for _ in range(GENERATED_AT):
        errors: list[dict[str, Any]] = []
        assert repr((projector.project(tree, errors), errors)) == repr((data, first))
    return data, first


def _project(query: str, tree: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The data, and the path of each error."""
    data, errors = _answer(query, tree)
    return data, [error["path"] for error in errors]


def test_keys_and_order_are_the_clients_and_nothing_else_is_there() -> None:
    data, errors = _project(
        "{ b: top { n: name id } a: top { id } }",
        {"a": {"id": "1", "x": 2}, "b": {"id": "1", "n": "one", "__typename": "Item"}, "c": 3},
    )
    assert repr(data) == repr({"b": {"n": "one", "id": "1"}, "a": {"id": "1"}})
    assert errors == []


def test_a_null_rises_to_the_nearest_nullable_place() -> None:
    query = "{ top { below { must { name id } } } }"
    data, errors = _project(query, {"top": {"below": {"must": {"name": "x", "id": None}}}})
    assert data == {"top": {"below": None}}
    assert errors == [["top", "below", "must", "id"]]


def test_a_null_in_a_list_of_non_null_takes_the_list() -> None:
    data, errors = _project("{ grid }", {"grid": [[1, 2], [3, None], None]})
    assert data == {"grid": [[1, 2], None, None]}
    assert errors == [["grid", 1, 1]]


def test_a_null_that_rises_to_the_top_leaves_no_data() -> None:
    assert _project("{ items { id } }", {"items": [{"id": "1"}, {}]}) == (None, [["items", 1, "id"]])
    assert _project("{ strict { id } }", {}) == (None, [["strict"]])


@pytest.mark.parametrize(
    ("field", "given", "answered"),
    [
        ("int", 2147483647, 2147483647),
        ("int", 3.0, 3),
        ("float", 2, 2.0),
        ("string", "x", "x"),
        ("string", 5, "5"),
        ("boolean", False, False),
        ("id", 7, "7"),
        ("kind", "OPEN", "OPEN"),
        ("json", {"any": [1, "thing"]}, {"any": [1, "thing"]}),
    ],
)
def test_a_leaf_is_serialised_as_its_type_says(field: str, given: Any, answered: Any) -> None:
    data, errors = _project(f"{{ leaf {{ {field} }} }}", {"leaf": {field: given}})
    assert data == {"leaf": {field: answered}}
    assert type(data["leaf"][field]) is type(answered)
    assert errors == []


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("int", 2147483648),
        ("int", "twelve"),
        ("int", 1.5),
        ("float", "warm"),
        ("string", {"a": 1}),
        ("boolean", "yes"),
        ("id", 1.5),
        ("kind", "HIDDEN"),
        ("kind", ["OPEN"]),
    ],
)
def test_a_leaf_of_a_wrong_type_is_null_with_an_error_that_does_not_tell_the_value(field: str, given: Any) -> None:
    data, errors = _answer(f"{{ leaf {{ {field} }} }}", {"leaf": {field: given}})
    assert data == {"leaf": {field: None}}
    [error] = errors
    assert error["message"].startswith(f"Leaf.{field} got a value that is not a ")
    assert str(given) not in error["message"]
    assert error["extensions"] == {"code": "RESPONSE_VALIDATION_FAILED"}


@pytest.mark.parametrize("field", ["int", "float", "string", "boolean", "id", "kind", "json"])
def test_a_null_or_missing_leaf_that_must_be_there_takes_the_object(field: str) -> None:
    for must in ({field: None}, {}):
        assert _project(f"{{ must {{ {field} }} }}", {"must": must}) == ({"must": None}, [["must", field]])


@pytest.mark.parametrize(("field", "given"), [("top", "text"), ("top", [{}]), ("any", {"id": "1"}), ("any", "x")])
def test_a_composite_of_a_wrong_shape_is_null_with_an_error(field: str, given: Any) -> None:
    assert _project(f"{{ {field} {{ id }} }}", {field: given}) == ({field: None}, [[field]])


def test_an_object_is_projected_as_what_it_is() -> None:
    data, errors = _project(
        "{ any { kind: __typename id ... on Item { name } ... on Other { size } } }",
        {
            "any": [
                {"__typename": "Other", "id": "1", "size": 3, "name": "not asked"},
                {"__typename": "Item", "id": "2", "name": "two"},
                {"__typename": "Secret", "id": "3"},
                {"id": "4"},
                None,
            ]
        },
    )
    assert data == {
        "any": [
            {"kind": "Other", "id": "1", "size": 3},
            {"kind": "Item", "id": "2", "name": "two"},
            None,
            None,
            None,
        ]
    }
    assert errors == [["any", 2], ["any", 3]]


def test_the_roots_typename_needs_no_subgraph() -> None:
    assert _project("{ t: __typename }", {}) == ({"t": "Query"}, [])
