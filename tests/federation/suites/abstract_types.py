"""Interfaces, unions and types that five of seven subgraphs see differently: products, their reviews and publishers."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by

KINDS = {"p1": "Book", "p3": "Book", "p2": "Magazine", "p4": "Magazine"}
SIMILAR = {"p1": ["p3"], "p3": ["p1"], "p2": ["p4"], "p4": ["p2"]}
SIZES = {"p1": 0.5, "p3": 0.6, "p2": 0.2, "p4": 0.3}
REVIEWED = {1: "p1", 2: "p1", 3: "p2"}


def _product(id_: str) -> Row:
    number = id_[1:]
    self_ = {"__typename": "Self", "email": f"u{1 if id_ in ('p1', 'p2') else 2}@example.com"}
    return {
        "__typename": KINDS[id_],
        "id": id_,
        "sku": f"sku-{number}",
        "dimensions": {"size": "small", "weight": SIZES[id_]},
        "createdBy": {"email": self_["email"], "totalProductsCreated": 2},
        "hidden": False,
        "publisherType": self_ if KINDS[id_] == "Book" else {"__typename": "Agency", "id": "a1"},
        "similar": lambda: [_product(other) for other in SIMILAR[id_]],
    }


def _similar(row: Row) -> Any:
    similar = row["similar"]
    return similar() if callable(similar) else similar


def _review(id_: int) -> Row:
    return {"id": id_, "body": f"Review {id_}", "product": lambda: _reviewed(REVIEWED[id_])}


def _reviewed(id_: str) -> Row:
    ids = [number for number, product in REVIEWED.items() if product == id_]
    return {
        "__typename": KINDS[id_],
        "id": id_,
        "reviewsCount": len(ids),
        "reviewsScore": 4.5,
        "reviews": [_review(number) for number in ids],
    }


def _reviewed_entity(representation: Row) -> Row:
    kept = {"similar": representation["similar"]} if "similar" in representation else {}
    return {**_reviewed(representation["id"]), **kept}


def _delivery(row: Row, zip: str | None = None) -> Row:
    assert row["dimensions"]["size"] == "small"
    assert row["dimensions"]["weight"] < 1
    return {"estimatedDelivery": "1 day", "fastestDelivery": "same day"}


def subgraphs() -> dict[str, Behaviour]:
    titles = {id_: {"id": id_, "title": f"{kind} {(int(id_[1]) + 1) // 2}"} for id_, kind in KINDS.items()}
    books = {id_: row for id_, row in titles.items() if KINDS[id_] == "Book"}
    magazines = {id_: row for id_, row in titles.items() if KINDS[id_] == "Magazine"}
    ids = {id_: {"id": id_} for id_ in KINDS}
    users = {
        f"u{number}@example.com": {
            "email": f"u{number}@example.com",
            "name": f"User {number}",
            "totalProductsCreated": 2,
        }
        for number in (1, 2)
    }
    agency = {"id": "a1", "companyName": "Agency 1", "email": {"address": "a1@example.com"}}
    group = {"id": "g1", "name": "Group 1", "email": "g1@example.com"}
    inventory = row_by("id", ids, "dimensions")
    return {
        "agency": Behaviour(entities={"Agency": row_by("id", {"a1": agency}), "Group": row_by("id", {"g1": group})}),
        "inventory": Behaviour(
            entities={"Book": inventory, "Magazine": inventory},
            fields={"Book.delivery": _delivery, "Magazine.delivery": _delivery},
        ),
        "books": Behaviour(query={"books": list(books.values())}, entities={"Book": row_by("id", books)}),
        "magazines": Behaviour(
            query={"magazines": list(magazines.values())}, entities={"Magazine": row_by("id", magazines)}
        ),
        "users": Behaviour(entities={"User": row_by("email", users)}),
        "reviews": Behaviour(
            query={"review": lambda id: _review(id)},
            entities={"Book": _reviewed_entity, "Magazine": _reviewed_entity},
            fields={
                "Review.product": lambda row: row["product"](),
                "Book.reviewsOfSimilar": lambda row: [_review(1) for _ in row["similar"]],
                "Magazine.reviewsOfSimilar": lambda row: [_review(3) for _ in row["similar"]],
            },
        ),
        "products": Behaviour(
            query={
                "products": lambda: [_product(id_) for id_ in KINDS],
                "similar": lambda id: [_product(other) for other in SIMILAR[id]],
            },
            entities={name: lambda row: _product(row["id"]) for name in ("Book", "Magazine")}
            | {"User": lambda row: {"email": row["email"], "totalProductsCreated": 2}},
            fields={"Book.similar": _similar, "Magazine.similar": _similar},
        ),
    }
