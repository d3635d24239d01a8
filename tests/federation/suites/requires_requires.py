"""Requirements of requirements, over four subgraphs."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    ids = {"p1": {"id": "p1"}}
    discounts = {"p1": {"id": "p1", "hasDiscount": True}}
    return {
        "a": Behaviour(entities={"Product": row_by("id", {"p1": {"id": "p1", "price": 699.99}})}),
        "b": Behaviour(query={"product": discounts["p1"]}, entities={"Product": row_by("id", discounts)}),
        "c": Behaviour(
            entities={"Product": row_by("id", ids, "price", "hasDiscount")},
            fields={
                "Product.isExpensive": lambda row: row["price"] > 500,
                "Product.isExpensiveWithDiscount": lambda row: not row["hasDiscount"],
            },
        ),
        "d": Behaviour(
            entities={"Product": row_by("id", ids, "isExpensive", "isExpensiveWithDiscount")},
            fields={
                "Product.canAfford": lambda row: not row["isExpensive"],
                "Product.canAffordWithDiscount": lambda row: not row["isExpensiveWithDiscount"],
            },
        ),
    }
