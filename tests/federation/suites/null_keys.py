"""A chain of keys on which a key or an entity may be null: what hangs on it is null, and nothing else."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SUBGRAPHS = {
    "shelves": LINK + 'type Query { shelf: [Copy] } type Copy { code: Book } type Book @key(fields: "barcode") '
    "{ barcode: ID! }",
    "codes": LINK + 'type Book @key(fields: "barcode") @key(fields: "id") { barcode: ID! id: ID }',
    "titles": LINK + 'type Book @key(fields: "id") { id: ID title: String author: Author } '
    'type Author @key(fields: "id") { id: ID! name: String! }',
}
ASKED = "{ shelf { code { barcode id title author { name } } } }"
CASES = [
    (
        ASKED,
        {
            "shelf": [
                {"code": {"barcode": "b1", "id": "1", "title": "One", "author": {"name": "A"}}},
                {"code": {"barcode": "b2", "id": None, "title": None, "author": None}},
                {"code": {"barcode": "b3", "id": None, "title": None, "author": None}},
                {"code": {"barcode": "b4", "id": "4", "title": None, "author": None}},
                {"code": None},
                None,
                {"code": {"barcode": "b1", "id": "1", "title": "One", "author": {"name": "A"}}},
            ]
        },
        [],
    ),
    (
        "{ shelf { code { title } } }",
        {
            "shelf": [
                {"code": {"title": "One"}},
                *[{"code": {"title": None}}] * 3,
                {"code": None},
                None,
                {"code": {"title": "One"}},
            ]
        },
        [],
    ),
]


def subgraphs() -> dict[str, Behaviour]:
    copies = [{"code": {"barcode": f"b{number}"}} for number in range(1, 5)]
    ids = {"b1": {"barcode": "b1", "id": "1"}, "b2": {"barcode": "b2", "id": None}, "b4": {"barcode": "b4", "id": "4"}}
    books = {"1": {"id": "1", "title": "One", "author": {"id": "a", "name": "A"}}}
    return {
        "shelves": Behaviour(
            query={"shelf": [*copies, {"code": None}, None, copies[0]]},
            entities={"Book": lambda row: {"barcode": row["barcode"]}},
        ),
        "codes": Behaviour(entities={"Book": row_by("barcode", ids)}),
        "titles": Behaviour(entities={"Book": row_by("id", books)}),
    }
