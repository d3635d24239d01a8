"""Requirements behind ``@include`` and ``@skip``; what a condition leaves out must not be asked."""

from __future__ import annotations

from typing import Never

from tests.federation.memory import Behaviour, NotHere, Row, row_by

IDS = {"p1": {"id": "p1"}}


def _never(_row: Row) -> Never:
    raise NotHere("the condition leaves this field out")


def subgraphs() -> dict[str, Behaviour]:
    product = {"id": "p1", "price": 699.99}
    return {
        "a": Behaviour(query={"product": product}, entities={"Product": row_by("id", {"p1": product})}),
        "b": Behaviour(
            entities={"Product": row_by("id", IDS, "price")},
            fields={"Product.isExpensive": lambda row: row["price"] > 500},
        ),
        "c": Behaviour(
            entities={"Product": row_by("id", IDS, "isExpensive")},
            fields={
                "Product.include": lambda row: row["isExpensive"] is True,
                "Product.skip": lambda row: row["isExpensive"] is True,
                "Product.neverCalledInclude": _never,
                "Product.neverCalledSkip": _never,
            },
        ),
    }
