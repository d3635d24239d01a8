"""An overridden field of a type that implements different interfaces in two subgraphs."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    # createdAt is overridden: a resolves it no longer.
    images = {f"i{n}": {"__typename": "ImagePost", "id": f"i{n}"} for n in (1, 2)}
    posts = {id_: {**row, "createdAt": f"{id_}-createdAt"} for id_, row in images.items()}
    texts = {"t1": {"id": "t1", "createdAt": "t1-createdAt", "body": "t1-body"}}
    return {
        "a": Behaviour(query={"feed": list(images.values())}, entities={"ImagePost": row_by("id", images)}),
        "b": Behaviour(
            query={"anotherFeed": list(posts.values())},
            entities={"ImagePost": row_by("id", posts), "TextPost": row_by("id", texts)},
        ),
    }
