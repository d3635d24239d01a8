"""An enum value and an argument that the public schema hides."""

from __future__ import annotations

from tests.federation.memory import Behaviour, Row, row_by

USERS: dict[str, Row] = {id_: {"id": id_, "type": "FAMILY"} for id_ in ("u1", "u2")}


def _friends(row: Row, type: str = "FAMILY") -> list[Row]:
    return [user for id_, user in USERS.items() if id_ != row["id"] and user["type"] == type]


def subgraphs() -> dict[str, Behaviour]:
    aged = {id_: {"id": id_, "age": 20} for id_ in USERS}
    return {
        "friends": Behaviour(
            query={"usersInFriends": list(USERS.values())},
            entities={"User": row_by("id", USERS)},
            fields={"User.friends": _friends},
        ),
        "age": Behaviour(query={"usersInAge": list(aged.values())}, entities={"User": row_by("id", aged)}),
    }
