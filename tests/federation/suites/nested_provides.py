"""Two levels of ``@provides``; elsewhere the subgraph does not resolve those fields."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

IN_PRODUCT = {"p1": ["c1", "c2"], "p2": ["c3", "c2"]}
BELOW = {"c1": "c2", "c2": "c3", "c3": "c1"}


def _named(id_: str) -> Row:
    return {"id": id_, "name": f"Category {id_[1]}"}


def _provided(id_: str) -> Row:
    return {**_named(id_), "subCategories": [_named(BELOW[id_])]}


def subgraphs() -> dict[str, Behaviour]:
    products = {id_: {"id": id_} for id_ in IN_PRODUCT}
    provided = [{"id": id_, "categories": [_provided(c) for c in ids]} for id_, ids in IN_PRODUCT.items()]
    categories = {id_: {"id": id_, "subCategories": [{"id": below}]} for id_, below in BELOW.items()}
    return {
        "all-products": Behaviour(entities={"Product": row_by("id", products)}),
        "category": Behaviour(
            query={"products": provided},
            entities={
                "Product": row_by("id", products),
                "Category": row_by("id", {id_: {"id": id_} for id_ in BELOW}),
            },
        ),
        "subcategories": Behaviour(
            entities={
                "Product": row_by(
                    "id",
                    {id_: {"id": id_, "categories": [categories[c] for c in ids]} for id_, ids in IN_PRODUCT.items()},
                ),
                "Category": row_by("id", categories),
            }
        ),
    }
