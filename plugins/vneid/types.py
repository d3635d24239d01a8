"""The types of vneid's part of the graph: identity, level, and what signing in and unlinking take and answer."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from gateway.plugin import Actor, Info, global_id, local_id
from identity.levels import step_up_url
from identity.links import Link, ShownLink, show
from plugins.vneid import levels
from plugins.vneid.loaders import LinkByPerson
from plugins.vneid.service import Ticket, Unlinked
from schema.scalars import as_city_time
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


@strawberry.type(description="The way to the next level of the electronic identity.")
class StepUp:
    level: int = strawberry.field(description="What one has then.")
    url: str = strawberry.field(
        description="On the gateway, for a browser that has signed in; `&to=` and a path says where to come back to."
    )

    @classmethod
    def of(cls, level: int) -> StepUp | None:
        """None for who has the highest."""
        above = [each.level for each in levels.levels() if each.level > level]
        return cls(level=min(above), url=step_up_url(min(above))) if above else None


@strawberry.federation.type(
    keys=["id"],
    description="Who one is to the city. Only that person sees it; a helper sees the id, the level and what it opens.",
)
class Identity:
    id: strawberry.ID = strawberry.field(description="Opaque and stable; never a citizen's number.")
    level: int = strawberry.field(description="Of the session: 1 or 2; 0 without an electronic identity.")
    opens: list[IdentityOpening] = strawberry.field(description="All that is open at this level.")
    step_up: StepUp | None = strawberry.field(description="Null at the highest level.")

    @classmethod
    def of(cls, actor: Actor) -> Identity:
        openings = [IdentityOpening.of(opening) for opening in levels.opened_at(actor.level)]
        id = global_id("Identity", actor.id)
        return cls(id=id, level=actor.level, opens=openings, step_up=StepUp.of(actor.level))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Identity | None:
        me = info.context.actor
        return cls.of(me) if me.is_authenticated and local_id("Identity", id) == me.id else None

    @strawberry.field(description="As the identity card has it; null when the electronic identity did not tell.")
    async def name(self, info: Info) -> str | None:
        shown = await self._shown(info)
        return shown.name or None if shown else None

    @strawberry.field(description="The last three digits of the citizen's number: enough to tell two cards apart.")
    async def last3(self, info: Info) -> str | None:
        link = await self._link(info)
        return link.last3 or None if link else None

    @strawberry.field(description="Null when it was not told.")
    async def birth_year(self, info: Info) -> int | None:
        shown = await self._shown(info)
        return shown.birth_date.year if shown and shown.birth_date else None

    @strawberry.field(description="When one first signed in by it; null for who has unlinked it.")
    async def linked_at(self, info: Info) -> datetime | None:
        link = await self._link(info)
        return as_city_time(datetime.fromtimestamp(link.linked_at / 1_000_000, UTC)) if link else None

    @strawberry.field(description="Who vouches for it: a name of the configuration, such as `vneid`.")
    async def provider(self, info: Info) -> str | None:
        link = await self._link(info)
        return link.provider if link else None

    async def _link(self, info: Info) -> Link | None:
        """Of who asks, whatever the key said; a helper does not see it."""
        me = info.context.actor
        is_own = me.is_authenticated and not me.delegate and local_id("Identity", self.id) == me.id
        return await info.context.load(LinkByPerson, me.id) if is_own else None

    async def _shown(self, info: Info) -> ShownLink | None:
        link = await self._link(info)
        return show(info.context.services.secrets, link) if link else None


@strawberry.input(description="One's own electronic identity, to be unlinked.")
class UnlinkIdentityInput:
    client_mutation_id: str | None = None


@strawberry.type(description="What ended by unlinking.")
class UnlinkedIdentity:
    providers: list[str] = strawberry.field(description="Whose electronic identity was unlinked.")
    sessions_ended: int = strawberry.field(description="All of one's own, this one too.")

    @classmethod
    def of(cls, unlinked: Unlinked) -> UnlinkedIdentity:
        return cls(providers=unlinked.providers, sessions_ended=len(unlinked.ended))


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
