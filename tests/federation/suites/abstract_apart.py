"""Interfaces and unions that each subgraph knows differently: other members, other fields, other implementations."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable", "@external", "@provides", "@inaccessible", "@override"])\n'
)
SUBGRAPHS = {
    "nodes": LINK
    + """
type Query {
  nodes: [Node]
  media: Media @provides(fields: "... on Film { minutes }")
  again: Media
  found: [Found!]
}
interface Node { id: ID! }
interface Named { id: ID! }
union Media = Film | Song
union Found = Film | Song | Room
type Film implements Node & Named @key(fields: "id") { id: ID! minutes: Int @external tone: Tone @shareable }
type Song implements Node @key(fields: "id") { id: ID! minutes: Int! @shareable }
type Room implements Node @key(fields: "id") { id: ID! }
enum Tone { WARM COLD }
""",
    "films": LINK
    + """
type Query { film: Named tones: [Tone!]! @override(from: "nobody") }
interface Named { id: ID! name: String! }
type Film implements Named @key(fields: "id") {
  id: ID! name: String! next: Film minutes: Int @shareable tone: Tone @shareable
}
type Room implements Named @key(fields: "id") { id: ID! name: String! next: Room }
enum Tone { WARM COLD HIDDEN @inaccessible }
""",
    "songs": LINK
    + """
interface Named { name: String }
type Song implements Named @key(fields: "id") { id: ID! name: String minutes: Int @shareable }
""",
}
CASES: list[tuple[str, Any, list[Any]]] = [
    (
        "{ nodes { id ... on Named { name } ... on Film { next { name next { id } } } } }",
        {
            "nodes": [
                {"id": "f1", "name": "Film 1", "next": {"name": "Film 2", "next": None}},
                {"id": "s1", "name": None},
                None,
                {"id": "r1", "name": "Room 1"},
            ]
        },
        [],
    ),
    (
        "{ media { ... on Film { minutes } ... on Song { minutes } } again { __typename ... on Named { name } } }",
        {"media": {"minutes": 90}, "again": {"__typename": "Song", "name": None}},
        [],
    ),
    (
        "{ found { ... on Film { length: minutes } ... on Song { length: minutes } ... on Node { id } } }",
        {"found": [{"length": 99, "id": "f1"}, {"length": 3, "id": "s1"}, {"id": "r1"}]},
        [],
    ),
    (
        "{ film { kind: __typename ... on Room { next { __typename name } } } }",
        {"film": {"kind": "Room", "next": None}},
        [],
    ),
    ("{ tones }", None, [["tones", 1]]),
    ("{ media { ... on Film { tone } } }", {"media": {"tone": None}}, [["media", "tone"]]),
    (
        "{ a: __typename media { b: __typename } nodes { ...F } } fragment F on Node { c: __typename }",
        {"a": "Query", "media": {"b": "Film"}, "nodes": [{"c": "Film"}, {"c": "Song"}, None, {"c": "Room"}]},
        [],
    ),
]


def subgraphs() -> dict[str, Behaviour]:
    kinds = {"f1": "Film", "s1": "Song", "r1": "Room"}
    nodes: dict[str, Row] = {id_: {"__typename": kind, "id": id_} for id_, kind in kinds.items()}
    nodes["s1"]["minutes"] = 3
    second: Row = {"id": "f2", "name": "Film 2", "next": None, "minutes": 80, "tone": "COLD"}
    first: Row = {"id": "f1", "name": "Film 1", "next": second, "minutes": 99, "tone": "HIDDEN"}
    room: Row = {"__typename": "Room", "id": "r1", "name": "Room 1", "next": None}
    return {
        "nodes": Behaviour(
            query={
                "nodes": [nodes["f1"], nodes["s1"], None, nodes["r1"]],
                "media": {**nodes["f1"], "minutes": 90, "tone": "HIDDEN"},
                "again": nodes["s1"],
                "found": list(nodes.values()),
            },
            entities={kinds[id_]: row_by("id", {id_: row}) for id_, row in nodes.items()},
        ),
        "films": Behaviour(
            query={"film": room, "tones": ["WARM", "HIDDEN"]},
            entities={"Film": row_by("id", {"f1": first, "f2": second}), "Room": row_by("id", {"r1": room})},
        ),
        "songs": Behaviour(entities={"Song": row_by("id", {"s1": {"id": "s1", "name": None, "minutes": 3}})}),
    }
