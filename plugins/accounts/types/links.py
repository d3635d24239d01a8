"""Links to other plugins' entities: a key, and nothing else is known of them here. Their owners describe them."""

from __future__ import annotations

import strawberry
from strawberry.federation.schema_directives import Key

from gateway.plugin import global_id


@strawberry.federation.type(keys=[Key(fields="id", resolvable=False)])
class Ward:
    id: strawberry.ID

    @classmethod
    def at(cls, code: str) -> Ward:
        return cls(id=global_id("Ward", code))


@strawberry.federation.type(keys=[Key(fields="id", resolvable=False)])
class Agency:
    id: strawberry.ID

    @classmethod
    def at(cls, key: str) -> Agency:
        return cls(id=global_id("Agency", key))
