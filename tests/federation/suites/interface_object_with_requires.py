"""An ``@interfaceObject`` whose field requires a field of the interface."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    users = {f"u{n}": {"__typename": "User", "id": f"u{n}", "name": f"u{n}-name", "age": 11 * n} for n in (1, 2)}
    ids = {id_: {"id": id_} for id_ in users}
    return {
        "a": Behaviour(
            query={"users": list(users.values())},
            entities={"User": row_by("id", users), "NodeWithName": row_by("id", users)},
        ),
        "b": Behaviour(
            query={"anotherUsers": list(ids.values())},
            entities={"NodeWithName": row_by("id", ids, "name")},
            fields={"NodeWithName.username": lambda row: row["name"].replace("-name", "-username")},
        ),
    }
