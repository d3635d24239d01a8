"""``__typename`` on unions, interfaces and interface objects, under its own name and under aliases."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    admins = {f"u{n}": {"__typename": "Admin", "id": f"u{n}", "isMain": n == 1} for n in (1, 2)}
    users = {id_: {"id": id_, "name": f"{id_}-name"} for id_ in admins}
    return {
        "a": Behaviour(
            query={
                "union": {"__typename": "Oven", "id": "1"},
                "interface": {"__typename": "Toaster", "id": "2"},
            },
            entities={"User": row_by("id", admins), "Admin": row_by("id", admins)},
        ),
        "b": Behaviour(query={"users": list(users.values())}, entities={"User": row_by("id", users)}),
    }
