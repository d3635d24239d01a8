"""One root field of three subgraphs, each of which gives a part of the same object."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour


def subgraphs() -> dict[str, Behaviour]:
    parts: dict[str, dict[str, Any]] = {
        "name": {"id": "1", "brand": "Brand 1", "model": "Model 1"},
        "price": {"id": "1", "amount": 1000, "currency": "USD"},
        "category": {"id": "1", "name": "Category 1"},
    }
    return {
        part: Behaviour(query={"product": {"id": "1", part: value}, "products": [{"id": "1", part: value}]})
        for part, value in parts.items()
    }
