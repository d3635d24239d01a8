"""Roots and errors: one root object in parts, lists that are null in one part, mutations in order, failing entities."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
SUBGRAPHS = {
    "left": LINK
    + """
type Query { board: Board @shareable people: [Person] }
type Mutation { put(text: String!): Note! reset: Boolean @shareable }
type Board @shareable { id: ID! notes: [Note] left: Int! }
type Note @key(fields: "id") { id: ID! text: String }
type Person @key(fields: "id") { id: ID! }
""".replace("left: Int!", "left: Int!"),
    "right": LINK
    + """
type Query { board: Board @shareable }
type Mutation { stamp(id: ID!): Note reset: Boolean @shareable }
type Board { id: ID! @shareable right: String rights: [Right] }
type Right { at: Int! }
type Note @key(fields: "id") { id: ID! stamps: Int! }
type Person @key(fields: "id") { id: ID! name: String! nick: String }
""",
}
CASES: list[tuple[str, Any, list[Any]]] = [
    (
        "{ b: board { left right notes { id stamps } rights { at } } kind: __typename }",
        {
            "b": {
                "left": 1,
                "right": "r",
                "notes": [{"id": "n1", "stamps": 0}, None],
                "rights": [{"at": 1}, None],
            },
            "kind": "Query",
        },
        [["b", "rights", 1, "at"]],
    ),
    (
        "{ people { id nick name } }",
        {"people": [{"id": "1", "nick": "An", "name": "Anh"}, None, None, None]},
        [["people", 1, "name"], ["people", 3]],
    ),
    (
        "{ people { id nick } }",
        {"people": [{"id": "1", "nick": "An"}, {"id": "2", "nick": None}, None, {"id": "3", "nick": None}]},
        [["people", 3]],
    ),
    (
        'mutation { m: __typename a: put(text: "a") { id stamps } s: stamp(id: "n2") { text stamps } '
        'b: put(text: "b") { stamps id } reset c: put(text: "c") { id } }',
        {
            "m": "Mutation",
            "a": {"id": "n2", "stamps": 0},
            "s": {"text": "a", "stamps": 1},
            "b": {"stamps": 0, "id": "n3"},
            "reset": True,
            "c": {"id": "n1"},
        },
        [],
    ),
]


def subgraphs() -> dict[str, Behaviour]:
    notes: dict[str, Row] = {"n1": {"id": "n1", "text": "first"}}
    stamps: dict[str, int] = {}

    def put(text: str) -> Row:
        id_ = f"n{len(notes) + 1}"
        notes[id_] = {"id": id_, "text": text}
        return notes[id_]

    def stamp(id: str) -> Row:
        stamps[id] = stamps.get(id, 0) + 1
        return {"id": id, "stamps": stamps[id]}

    def reset() -> bool:
        notes.clear()
        return True

    def person(row: Row) -> Row | None:
        if row["id"] == "3":
            raise ValueError("no such register")
        return {
            "id": row["id"],
            "name": "Anh" if row["id"] == "1" else None,
            "nick": "An" if row["id"] == "1" else None,
        }

    board: Row = {"id": "b", "notes": [notes["n1"], None], "left": 1}
    return {
        "left": Behaviour(
            query={"board": board, "people": [{"id": "1"}, {"id": "2"}, None, {"id": "3"}]},
            mutation={"put": put, "reset": reset},
            entities={"Note": row_by("id", notes), "Person": lambda row: {"id": row["id"]}},
        ),
        "right": Behaviour(
            query={"board": {"id": "b", "right": "r", "rights": [{"at": 1}, {"at": None}]}},
            mutation={"stamp": stamp, "reset": reset},
            entities={"Note": lambda row: {"id": row["id"], "stamps": stamps.get(row["id"], 0)}, "Person": person},
        ),
    }
