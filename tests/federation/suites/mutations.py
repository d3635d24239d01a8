"""Mutations whose order shows in their results, and one that two subgraphs share and that must run once."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by


class Storage:
    """What the mutations change, in all three subgraphs."""

    def __init__(self) -> None:
        self.products: dict[str, Row] = {"p1": {"id": "p1", "name": "p1-name", "price": 9.99}}
        self.categories: dict[str, Row] = {}
        self.numbers: dict[str, int] = {}

    def add_product(self, input: dict[str, Any]) -> Row:
        row = self.products["p-added"] = {"id": "p-added", **input}
        return row

    def add_category(self, name: str, requestId: str) -> Row:  # noqa: N803
        id_ = f"c-added-{requestId}"
        assert id_ not in self.categories, "a shared mutation runs once"
        self.categories[id_] = {"id": id_, "name": name}
        return self.categories[id_]

    def add(self, num: int, requestId: str) -> int:  # noqa: N803
        self.numbers[requestId] = self.numbers.get(requestId, 0) + num
        return self.numbers[requestId]

    def multiply(self, by: int, requestId: str) -> int:  # noqa: N803
        self.numbers[requestId] *= by
        return self.numbers[requestId]

    def delete(self, requestId: str) -> int:  # noqa: N803
        return self.numbers.pop(requestId)


def subgraphs() -> dict[str, Behaviour]:
    storage = Storage()
    available = {"p1": {"id": "p1", "isAvailable": True}, "p-added": {"id": "p-added", "isAvailable": True}}
    return {
        "a": Behaviour(
            query={"product": lambda id: storage.products[id], "products": lambda: [*storage.products.values()]},
            mutation={
                "addProduct": storage.add_product,
                "addCategory": lambda name, requestId: {"id": storage.add_category(name, requestId)["id"]},  # noqa: N803
                "multiply": storage.multiply,
            },
            entities={"Product": row_by("id", storage.products), "Category": lambda row: {"id": row["id"]}},
        ),
        "b": Behaviour(
            mutation={"addCategory": storage.add_category, "delete": storage.delete},
            entities={
                "Product": row_by("id", available, "price"),
                "Category": row_by("id", storage.categories),
            },
            fields={"Product.isExpensive": lambda row: row["price"] > 100},
        ),
        "c": Behaviour(mutation={"add": storage.add}),
    }
