"""Requirements on a field whose type is an interface, one of them for a single type of it."""

from __future__ import annotations

from typing import Any

from tests.federation.memory import Behaviour, Row, row_by

HOME: Row = {"__typename": "HomeAddress", "id": "a1", "city": "a1-city"}
WORK: Row = {"__typename": "WorkAddress", "id": "a2", "city": "a2-city"}
SECOND: Row = {"__typename": "SecondAddress", "id": "a3", "city": "a3-city"}


def _country(row: Row) -> Any:
    address = row["address"]
    return f"{address['id']}-country" if address.get("__typename") == "WorkAddress" else None


def subgraphs() -> dict[str, Behaviour]:
    own = {id_: {"id": id_, "name": f"{id_}-name"} for id_ in ("u1", "u2")}
    users = {"u1": {**own["u1"], "address": HOME}, "u2": {**own["u2"], "address": WORK}}
    addresses = {row["__typename"]: row_by("id", {row["id"]: row}) for row in (HOME, WORK)}
    return {
        "a": Behaviour(
            query={"a": own["u1"]},
            entities={"User": row_by("id", own, "address"), **addresses},
            fields={"User.city": lambda row: f"{row['address']['id']}-city", "User.country": _country},
        ),
        "b": Behaviour(
            query={"b": users["u2"]},
            entities={"User": row_by("id", users), "SecondAddress": row_by("id", {"a3": SECOND}), **addresses},
        ),
    }
