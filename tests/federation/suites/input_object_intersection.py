"""An input type with a field that only one subgraph knows."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    users = {f"u{n}": {"id": f"u{n}", "name": f"u{n}-name"} for n in (1, 2)}
    entities = {"User": row_by("id", users)}
    return {
        "a": Behaviour(query={"usersInA": lambda filter: list(users.values())}, entities=entities),
        "b": Behaviour(query={"usersInB": lambda filter: list(users.values())}, entities=entities),
    }
