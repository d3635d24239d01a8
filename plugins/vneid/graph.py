"""VNeID's part of the graph: Query and Mutation."""

from __future__ import annotations

import strawberry

from gateway.plugin import Info, Payload, mutation
from plugins.vneid.levels import levels
from plugins.vneid.service import sign_in, unlink_identity
from plugins.vneid.types import (
    Identity,
    IdentityLevel,
    SignedIn,
    SignInInput,
    UnlinkedIdentity,
    UnlinkIdentityInput,
)
from schema.micros import now_us


@strawberry.type
class Query:
    @strawberry.federation.field(description="Who one is to the city.", authenticated=True)
    async def my_identity(self, info: Info) -> Identity | None:
        return Identity.of(info.context.actor)

    @strawberry.field(description="The levels of the electronic identity, the lowest first, and what each opens.")
    async def identity_levels(self) -> list[IdentityLevel] | None:
        return [IdentityLevel.of(level) for level in levels()]


@strawberry.type
class Mutation:
    @mutation(description="Sign in as a seeded person. In development only.", authenticated=False)
    async def sign_in(self, info: Info, input: SignInInput) -> Payload[SignedIn]:
        return Payload(node=SignedIn.of(sign_in(input.person, info.context.services.sign_in)))

    @mutation(
        description="Take out what the city keeps of one's own electronic identity, and end all of one's sessions. "
        "Needs level 2. Whoever signs in again is the same person."
    )
    async def unlink_identity(self, info: Info, input: UnlinkIdentityInput) -> Payload[UnlinkedIdentity]:
        done = await info.context.change(unlink_identity, info.context.actor, now_us())
        return Payload(node=UnlinkedIdentity.of(done))
