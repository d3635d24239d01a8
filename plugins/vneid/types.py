"""The types of vneid's part of the graph: identity, level, and what signing in takes and answers."""

from __future__ import annotations

import strawberry

from gateway.plugin import Actor, Info, global_id, local_id
from plugins.vneid import levels
from plugins.vneid.service import Ticket
from schema.text import Text


@strawberry.type(description="Something that a level of the electronic identity opens.")
class IdentityOpening:
    key: str = strawberry.field(description="Fixed, UPPER_SNAKE.")
    name: Text

    @classmethod
    def of(cls, opening: levels.Opening) -> IdentityOpening:
        return cls(key=opening.key, name=Text(vi=opening.vi, en=opening.en))


@strawberry.type(description="A level of the electronic identity.")
class IdentityLevel:
    level: int
    name: Text
    how_to_get: Text
    opens: list[IdentityOpening] = strawberry.field(description="What it opens beyond the level below.")

    @classmethod
    def of(cls, level: levels.Level) -> IdentityLevel:
        return cls(
            level=level.level,
            name=Text(vi=level.name_vi, en=level.name_en),
            how_to_get=Text(vi=level.how_vi, en=level.how_en),
            opens=[IdentityOpening.of(opening) for opening in level.opens],
        )


@strawberry.federation.type(keys=["id"], description="Who one is to the city. Only that person sees it.")
class Identity:
    id: strawberry.ID = strawberry.field(description="Opaque and stable; never a citizen's number.")
    level: int = strawberry.field(description="Of the electronic identity: 1 or 2; 0 without one.")
    opens: list[IdentityOpening] = strawberry.field(description="All that is open at this level.")

    @classmethod
    def of(cls, actor: Actor) -> Identity:
        openings = [IdentityOpening.of(opening) for opening in levels.opened_at(actor.level)]
        return cls(id=global_id("Identity", actor.id), level=actor.level, opens=openings)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Identity | None:
        me = info.context.actor
        return cls.of(me) if me.is_authenticated and local_id("Identity", id) == me.id else None


@strawberry.input(description="Whom to sign in as.")
class SignInInput:
    person: str = strawberry.field(description="A seeded person's name, such as `lan`.")
    client_mutation_id: str | None = None


@strawberry.type(description="What one is let in by.")
class SignedIn:
    token: str = strawberry.field(description="To be sent as `Authorization: Bearer ...`.")
    expires_in_s: int = strawberry.field(description="Seconds from now.")
    level: int
    name: str | None = strawberry.field(description="The invented person's full name.")

    @classmethod
    def of(cls, ticket: Ticket) -> SignedIn:
        return cls(token=ticket.token, expires_in_s=ticket.expires_in_s, level=ticket.level, name=ticket.name)
