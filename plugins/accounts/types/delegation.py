"""Delegation: who may act for whom, and what giving, accepting and ending one takes."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from gateway.plugin import Actor, global_id
from identity.tables import DelegationRow
from plugins.accounts.catalogue import Delegable, delegable
from plugins.accounts.types.contact import KEY
from schema.micros import from_micros, from_micros_or_none
from schema.text import Text


@strawberry.enum(description="Which side of a delegation one is on.")
class DelegationSide(Enum):
    GIVEN = strawberry.enum_value("GIVEN", description="One is helped.")
    RECEIVED = strawberry.enum_value("RECEIVED", description="One helps.")


@strawberry.type(description="Something that a helper may be allowed to do.")
class DelegableScope:
    key: str = strawberry.field(description="Fixed, for programs.")
    name: Text

    @classmethod
    def of(cls, scope: Delegable) -> DelegableScope:
        return cls(key=scope.key, name=Text(vi=scope.vi, en=scope.en))

    @classmethod
    def named(cls, key: str) -> DelegableScope:
        """One that may have left the list since it was given is called by its key."""
        return cls.of(delegable().get(key) or Delegable(key=key, vi=key, en=key))


@strawberry.type(description="A helper may act for a person. Only the two see it.")
class Delegation:
    id: strawberry.ID
    side: DelegationSide = strawberry.field(description="Of the one who asks.")
    person_code: str = strawberry.field(description="Account code of who is helped.")
    helper_code: str = strawberry.field(description="Account code of the helper.")
    scopes: list[DelegableScope]
    note: str
    begins_at: datetime
    ends_at: datetime
    accepted_at: datetime | None = strawberry.field(description="Null until the helper has accepted.")
    revoked_at: datetime | None = strawberry.field(description="When either of the two ended it.")

    @classmethod
    def of(cls, row: DelegationRow, actor: Actor) -> Delegation:
        return cls(
            id=global_id("Delegation", row.id),
            side=DelegationSide.GIVEN if row.person == actor.id else DelegationSide.RECEIVED,
            person_code=row.person,
            helper_code=row.helper,
            scopes=[DelegableScope.named(key) for key in row.scopes.split()],
            note=row.note,
            begins_at=from_micros(row.begins_at),
            ends_at=from_micros(row.ends_at),
            accepted_at=from_micros_or_none(row.accepted_at),
            revoked_at=from_micros_or_none(row.revoked_at),
        )


@strawberry.input(description="A helper to let act for oneself.")
class DelegateInput:
    helper: str = strawberry.field(description="The helper's account code: they see it in `me`.")
    scopes: list[str] = strawberry.field(description="Keys of delegableScopes.")
    until: datetime = strawberry.field(description="Within a year.")
    note: str = strawberry.field(default="", description="At most 200 characters; the helper reads it.")
    client_mutation_id: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A delegation to accept or to end.")
class DelegationStepInput:
    id: strawberry.ID
    client_mutation_id: str | None = None
