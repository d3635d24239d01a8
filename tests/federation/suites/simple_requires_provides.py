"""Accounts, products, inventory and reviews: keys, a requirement and a provided name."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by


def _reviews() -> tuple[Row, dict[str, Row], dict[str, Row]]:
    """The author, the reviews by id and the products by upc, as the subgraph of reviews knows them."""
    author: Row = {"id": "u1", "reviews": []}
    products: dict[str, Row] = {upc: {"upc": upc, "reviews": []} for upc in ("p1", "p2")}
    reviews: dict[str, Row] = {}
    for n in (1, 2):
        # The author's name is provided here, on a review, and nowhere else.
        provided = {"id": "u1", "username": "u-username-1", "reviews": author["reviews"]}
        review = {"id": f"r{n}", "body": f"r-body-{n}", "author": provided, "product": products[f"p{n}"]}
        reviews[review["id"]] = review
        author["reviews"].append(review)
        products[f"p{n}"]["reviews"].append(review)
    return author, reviews, products


def _estimate(row: Row) -> int:
    return int(row["price"] * row["weight"] * 10)


def subgraphs() -> dict[str, Behaviour]:
    user = {"id": "u1", "name": "u-name-1", "username": "u-username-1"}
    stock = {"p1": {"upc": "p1", "inStock": True}, "p2": {"upc": "p2", "inStock": False}}
    products = {f"p{n}": {"upc": f"p{n}", "name": f"p-name-{n}", "price": 11 * n, "weight": n} for n in (1, 2)}
    author, reviews, reviewed = _reviews()
    return {
        "accounts": Behaviour(query={"me": user}, entities={"User": row_by("id", {"u1": user})}),
        "inventory": Behaviour(
            entities={"Product": row_by("upc", stock, "price", "weight")},
            fields={
                "Product.shippingEstimate": _estimate,
                "Product.shippingEstimateTag": lambda row: f"#{row['upc']}#{_estimate(row)}#",
            },
        ),
        "products": Behaviour(
            query={"products": list(products.values())}, entities={"Product": row_by("upc", products)}
        ),
        "reviews": Behaviour(
            entities={
                "Review": row_by("id", reviews),
                "User": row_by("id", {"u1": author}),
                "Product": row_by("upc", reviewed),
            }
        ),
    }
