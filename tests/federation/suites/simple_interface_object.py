"""Two ``@interfaceObject`` types: what a subgraph says of an interface without knowing its types."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by


def subgraphs() -> dict[str, Behaviour]:
    users = {f"u{n}": {"__typename": "User", "id": f"u{n}", "name": f"u{n}-name", "age": 11 * n} for n in (1, 2)}
    accounts: dict[str, Row] = {
        "u1": {"__typename": "Admin", "id": "u1", "isMain": False, "isActive": True},
        "u2": {"__typename": "Admin", "id": "u2", "isMain": True, "isActive": True},
        # isActive is not a field of Regular here.
        "u3": {"__typename": "Regular", "id": "u3", "isMain": True},
    }
    named = {id_: {"id": id_, "name": name} for id_, name in zip(accounts, ("Alice", "Bob", "Charlie"), strict=True)}
    usernames = {id_: {"id": id_, "username": f"{id_}-username"} for id_ in users}
    inactive = {id_: {"id": id_, "isActive": False} for id_ in accounts}
    return {
        "a": Behaviour(
            query={"users": list(users.values())},
            entities={
                "NodeWithName": row_by("id", users),
                "User": row_by("id", users),
                "Account": row_by("id", accounts),
                "Admin": row_by("id", {id_: accounts[id_] for id_ in ("u1", "u2")}),
                "Regular": row_by("id", {"u3": accounts["u3"]}),
            },
        ),
        "b": Behaviour(
            query={"anotherUsers": list(usernames.values()), "accounts": list(named.values())},
            entities={"Account": row_by("id", named), "NodeWithName": row_by("id", usernames)},
        ),
        "c": Behaviour(entities={"Account": row_by("id", inactive)}),
    }
