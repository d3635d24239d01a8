"""A type without a key, reached only through its parent entity."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row

CATEGORY_OF = {"p1": "c1", "p2": "c2", "p3": "c1"}


def _product(id_: str) -> Row:
    category = {"id": CATEGORY_OF[id_], "name": f"{CATEGORY_OF[id_]}-name"}
    return {"id": id_, "pid": f"{id_}-pid", "category": category}


def _of(representation: Row) -> Row:
    return _product(representation["id"])


def _details(representation: Row) -> Row:
    assert representation["pid"] == f"{representation['id']}-pid"
    count = list(CATEGORY_OF.values()).count(CATEGORY_OF[representation["id"]])
    return {
        "id": representation["id"],
        "pid": representation["pid"],
        "category": {"details": {"products": count}},
    }


def subgraphs() -> dict[str, Behaviour]:
    entities = {"Product": _of, "Category": lambda row: {"id": row["id"], "name": f"{row['id']}-name"}}
    return {
        "a": Behaviour(query={"products": [_product(id_) for id_ in CATEGORY_OF]}, entities=entities),
        "b": Behaviour(entities=entities),
        "c": Behaviour(entities={"Product": _details}),
    }
