"""An interface that two subgraphs extend without its types, reached through one another; one cannot be entered."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@interfaceObject", "@external", "@requires"])\n'
)
SUBGRAPHS = {
    "things": LINK
    + """
type Query { things: [Thing] }
interface Thing @key(fields: "id") { id: ID! name: String }
type Chair implements Thing @key(fields: "id") { id: ID! name: String legs: Int }
type Table implements Thing @key(fields: "id") { id: ID! name: String area: Int }
""",
    "likes": LINK
    + """
type Query { liked: [Thing!]! best: Thing }
type Thing @key(fields: "id") @interfaceObject { id: ID! likes: Int! fans: [Fan!]! }
type Fan @key(fields: "id") { id: ID! favourite: Thing }
""",
    "texts": LINK
    + """
type Fan @key(fields: "id", resolvable: false) { id: ID! }
type Thing @key(fields: "id") @interfaceObject {
  id: ID!
  name: String @external
  praise: String @requires(fields: "name")
}
""",
    "shop": LINK
    + """
type Query { offer: Thing }
type Thing @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
""",
}
CASES: list[tuple[str, Any, list[Any]]] = [
    (
        "{ liked { __typename id likes ... on Chair { legs praise } ... on Table { area } } }",
        {
            "liked": [
                {"__typename": "Chair", "id": "c", "likes": 3, "legs": 4, "praise": "good chair"},
                {"__typename": "Table", "id": "t", "likes": 1, "area": 2},
            ]
        },
        [],
    ),
    (
        "{ things { likes fans { id favourite { name kind: __typename } } } }",
        {
            "things": [
                {"likes": 3, "fans": [{"id": "f1", "favourite": {"name": "table", "kind": "Table"}}]},
                {"likes": 1, "fans": []},
                None,
            ]
        },
        [],
    ),
    ("{ offer { id likes } }", {"offer": {"id": "c", "likes": 3}}, []),
    ("{ offer { __typename name } }", {"offer": {"__typename": "Chair", "name": "chair"}}, []),
    ("{ offer { praise ... on Table { area } } }", {"offer": {"praise": "good chair"}}, []),
    # Nobody owns what is best: its type can't be told.
    ("{ best { id likes } }", {"best": {"id": "x", "likes": 0}}, []),
    ("{ best { id name } }", {"best": {"id": "x", "name": None}}, []),
]


def subgraphs() -> dict[str, Behaviour]:
    chair: Row = {"__typename": "Chair", "id": "c", "name": "chair", "legs": 4}
    table: Row = {"__typename": "Table", "id": "t", "name": "table", "area": 2}
    things = {"c": chair, "t": table}
    fan: Row = {"id": "f1", "favourite": {"id": "t"}}
    likes: dict[str, Row] = {
        "c": {"id": "c", "likes": 3, "fans": [fan]},
        "t": {"id": "t", "likes": 1, "fans": []},
        "x": {"id": "x", "likes": 0, "fans": []},
    }
    return {
        "things": Behaviour(
            query={"things": [chair, table, None]},
            entities={
                "Chair": row_by("id", {"c": chair}),
                "Table": row_by("id", {"t": table}),
                "Thing": row_by("id", things),
            },
        ),
        "likes": Behaviour(
            query={"liked": [likes["c"], likes["t"]], "best": likes["x"]},
            entities={"Thing": row_by("id", likes), "Fan": row_by("id", {"f1": fan})},
        ),
        "texts": Behaviour(entities={"Thing": dict}, fields={"Thing.praise": lambda one: f"good {one['name']}"}),
        "shop": Behaviour(query={"offer": {"id": "c"}}),
    }
