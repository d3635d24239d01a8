"""The subgraphs of these tests are strict: a field that one does not resolve is refused, so a wrong plan shows."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import execute_sync, parse

from tests.federation.memory import Behaviour, memory_schema, row_by

SCHEMA = memory_schema(
    """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
    type Query { one: Item }
    extend type Item @key(fields: "id place { at }") @key(fields: "sku", resolvable: false) {
      id: ID! @external
      sku: ID
      place: Place
      price: Int @external
      dear: Boolean @requires(fields: "price")
    }
    type Place { at: Int }
    """,
    Behaviour(
        query={"one": {"id": "1", "sku": "s"}},
        entities={"Item": row_by("id", {"1": {"id": "1", "sku": "s"}}, "price")},
        fields={"Item.dear": lambda row: row["price"] > 5},
    ),
)
KEY = {"__typename": "Item", "id": "1", "place": {"at": 3}}


def _entity(representation: dict[str, Any], selection: str) -> tuple[Any, list[str]]:
    query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Item {{ {selection} }} }} }}"
    result = execute_sync(SCHEMA, parse(query), variable_values={"r": [representation]})
    assert result.data is not None
    return result.data["_entities"][0], [error.message for error in result.errors or ()]


def test_an_external_field_is_not_resolved_unless_it_is_sent() -> None:
    result = execute_sync(SCHEMA, parse("{ one { id price } }"))
    assert result.data == {"one": {"id": "1", "price": None}}
    assert [error.message for error in result.errors or ()] == ["Item.price is not resolved at ['one', 'price']"]
    assert _entity({**KEY, "price": 6}, "price dear") == ({"price": 6, "dear": True}, [])
    assert _entity(KEY, "dear") == ({"dear": None}, ["'price'"])


@pytest.mark.parametrize(
    "representation",
    [
        {"__typename": "Item", "id": "1"},
        {"__typename": "Item", "id": "1", "place": {}},
        {"__typename": "Item", "id": None, "place": {"at": 3}},
        {"__typename": "Item", "sku": "s"},
        {**KEY, "nothing": 1},
    ],
)
def test_a_representation_must_hold_a_resolvable_key_and_known_fields(representation: dict[str, Any]) -> None:
    answer, [error] = _entity(representation, "sku")
    assert answer is None
    assert "Item" in error


def test_an_unknown_entity_is_null() -> None:
    assert _entity({**KEY, "id": "2"}, "sku") == (None, [])
