"""A key that is ``@external`` in an extension."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    prices = {str(n): {"id": str(n), "price": 100.0 * n} for n in (1, 2)}
    products = {str(n): {"id": str(n), "name": f"name-{n}"} for n in (1, 2)}
    return {
        "price": Behaviour(query={"cheapestProduct": prices["1"]}, entities={"Product": row_by("id", prices)}),
        "product": Behaviour(query={"products": list(products.values())}, entities={"Product": row_by("id", products)}),
    }
