"""Users whose name is ``@external`` in one subgraph, and provided by one of its root fields."""

from __future__ import annotations

from tests.federation.memory import Behaviour, row_by


def subgraphs() -> dict[str, Behaviour]:
    own = {f"u{n}": {"id": f"u{n}", "rid": f"u{n}-rid"} for n in (1, 2)}
    users = {f"u{n}": {"id": f"u{n}", "name": f"u{n}-name", "nickname": f"u{n}-nickname"} for n in (1, 2)}
    return {
        "a": Behaviour(
            query={"randomUser": own["u1"], "providedRandomUser": {**own["u1"], "name": "u1-name"}},
            entities={"User": row_by("id", own)},
        ),
        "b": Behaviour(query={"userById": lambda id=None: users.get(id)}, entities={"User": row_by("id", users)}),
    }
