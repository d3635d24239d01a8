"""A field that the second subgraph has taken over from the first."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    posts = {id_: {"id": id_} for id_ in ("p1", "p2")}
    dated = {id_: {"id": id_, "createdAt": f"{id_}-createdAt"} for id_ in posts}
    return {
        "a": Behaviour(
            query={"feed": list(posts.values()), "aFeed": [posts["p2"]]}, entities={"Post": row_by("id", posts)}
        ),
        "b": Behaviour(
            query={"feed": list(dated.values()), "bFeed": [dated["p1"]]}, entities={"Post": row_by("id", dated)}
        ),
    }
