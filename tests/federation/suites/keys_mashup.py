"""Compound keys, some of them not resolvable, and a requirement across them."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

COMPOSITE = {"one": "1", "two": "2", "three": "3"}
KEYS: Row = {"id": "1", "pId": "1", "compositeId": COMPOSITE}


def _in_b(representation: Row) -> Row:
    assert representation["compositeId"] == {"two": "2", "three": "3"}
    return {**KEYS, **representation}


def subgraphs() -> dict[str, Behaviour]:
    return {
        "a": Behaviour(entities={"A": row_by("id", {"1": {**KEYS, "name": "a.1"}})}),
        "b": Behaviour(
            query={"b": {"id": "100", "a": [KEYS]}},
            entities={"A": _in_b, "B": row_by("id", {"100": {"id": "100", "a": [KEYS]}})},
            fields={"A.nameInB": lambda row: f"b.a.nameInB {row['name']}"},
        ),
    }
