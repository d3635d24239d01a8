"""A user known by id in one subgraph and by email in the other."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    user = {"id": "1", "email": "user1@example.com"}
    nicknames = {user["email"]: {"email": user["email"], "nickname": "user1"}}
    return {
        "email": Behaviour(query={"user": user}, entities={"User": row_by("id", {"1": user})}),
        "nickname": Behaviour(entities={"User": row_by("email", nicknames)}),
    }
