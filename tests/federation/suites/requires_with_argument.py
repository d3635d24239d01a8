"""Required fields with arguments, which the client may ask with other arguments beside."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

COMMENTS = {"p1": {"c1": "a1", "c2": "a1", "c3": "a2"}, "p2": {"c4": "a2", "c5": "a2", "c6": "a1"}}
DOLLARS = {"p1": 11, "p2": 22}


def _price(row: Row, currency: str) -> int:
    return DOLLARS[row["upc"]] * (1 if currency == "USD" else 25_000)


def _average(row: Row, currency: str) -> int:
    return int(row["average"] * (1 if currency == "USD" else 25_000))


def _comments(row: Row, limit: int) -> list[Row]:
    return [{"id": id_, "date": "2024-01-01"} for id_ in list(COMMENTS[row["id"]])[:limit]]


def _author(row: Row) -> Row:
    authors = [comment["authorId"] for comment in row["comments"]]
    assert len(authors) == 3, "the requirement asks for three comments"
    return {"id": authors[-1], "name": f"{authors[-1]}-name"}


def subgraphs() -> dict[str, Behaviour]:
    products = {
        f"p{n}": {"upc": f"p{n}", "name": f"p-name-{n}", "weight": n, "category": {"average": DOLLARS[f"p{n}"]}}
        for n in (1, 2)
    }
    authors = {id_: author for comments in COMMENTS.values() for id_, author in comments.items()}
    posts = {id_: {"id": id_} for id_ in COMMENTS}
    return {
        "a": Behaviour(
            entities={"Product": row_by("upc", {"p1": {}, "p2": {}}, "upc", "price", "weight", "category")},
            fields={
                "Product.shippingEstimate": lambda row: row["price"] * row["weight"] * 10,
                "Product.isExpensiveCategory": lambda row: row["category"]["averagePrice"] > 11,
            },
        ),
        "b": Behaviour(
            query={"products": list(products.values())},
            entities={"Product": row_by("upc", products)},
            fields={"Product.price": _price, "Category.averagePrice": _average},
        ),
        "c": Behaviour(
            query={"feed": list(posts.values())},
            entities={
                "Post": row_by("id", posts),
                "Comment": row_by(
                    "id", {id_: {"id": id_, "authorId": author, "body": id_} for id_, author in authors.items()}
                ),
            },
        ),
        "d": Behaviour(
            entities={
                "Post": row_by("id", posts, "comments"),
                "Comment": row_by("id", {id_: {"id": id_, "date": "2024-01-01"} for id_ in authors}, "authorId"),
            },
            fields={
                "Post.author": _author,
                "Post.comments": _comments,
            },
        ),
    }
