"""DataRequest: what a person asked of their data; and what asking, withdrawing and answering takes."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import Info, global_id
from plugins.accounts.models import RequestRow
from plugins.accounts.service import requests
from plugins.accounts.types.contact import KEY
from plugins.accounts.types.enums import RequestKind, RequestState
from schema.micros import from_micros, from_micros_or_none, now_us
from schema.text import Text


@strawberry.type(description="What one plugin did of an erasure.")
class ErasedPart:
    plugin: str
    erased: int = strawberry.field(description="How many things it erased.")
    kept: int = strawberry.field(description="How many it kept, without the person where that can be.")
    why: Text = strawberry.field(description="Why it kept them; empty when it kept none.")

    @classmethod
    def of(cls, part: requests.Part) -> ErasedPart:
        return cls(
            plugin=part.plugin, erased=part.erased, kept=part.kept, why=Text(vi=part.why_vi, en=part.why_en or None)
        )


@strawberry.type(description="What a person asked of their data. They see it, and the office that answers.")
class DataRequest:
    id: strawberry.ID
    requester_code: str = strawberry.field(description="Account code of who asked; opaque.")
    kind: RequestKind
    state: RequestState
    asked_at: datetime
    reply_due_at: datetime = strawberry.field(description="Within 2 working days of Vietnam; the last moment of a day.")
    act_due_at: datetime = strawberry.field(description="Until when it must be done.")
    answered_at: datetime | None
    result: list[ErasedPart] = strawberry.field(description="Of an ERASE that is done: what each plugin did.")
    row: strawberry.Private[RequestRow]

    @strawberry.field(description="As the person wrote it. Read by the office, it is a line of the audit log.")
    async def note(self, info: Info) -> str:
        return await self._opened(info, self.row.note)

    @strawberry.field(description="What the office said to its answer. Its being read is noted like the note's.")
    async def reason(self, info: Info) -> str:
        return await self._opened(info, self.row.reason)

    async def _opened(self, info: Info, sealed: str) -> str:
        context = info.context
        if not sealed or not requests.may_see(self.row, context.actor):
            return ""
        if context.actor.id != self.row.person:
            await context.change(requests.note_read, self.row, context.actor, now_us())
        return context.services.secrets.sealer.open(sealed)

    @classmethod
    def of(cls, row: RequestRow) -> DataRequest:
        return cls(
            id=global_id("DataRequest", row.id),
            requester_code=row.person,
            kind=RequestKind(row.kind),
            state=RequestState(row.state),
            asked_at=from_micros(row.asked_at),
            reply_due_at=from_micros(row.reply_due_at),
            act_due_at=from_micros(row.act_due_at),
            answered_at=from_micros_or_none(row.answered_at),
            result=[ErasedPart.of(part) for part in requests.parts_of(row)],
            row=row,
        )


@strawberry.input(description="What to ask of one's data.")
class RequestMyDataInput:
    kind: RequestKind
    note: str = strawberry.field(default="", description="At most 1,000 characters; needed to CORRECT.")
    client_mutation_id: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A request to withdraw.")
class WithdrawDataRequestInput:
    id: strawberry.ID
    client_mutation_id: str | None = None


@strawberry.input(description="An answer to somebody's request about their data.")
class AnswerDataRequestInput:
    id: strawberry.ID
    done: bool = strawberry.field(description="False refuses it. True does it: an ERASE cannot be undone.")
    reason: str = strawberry.field(default="", description="Vietnamese, as the citizen reads it; needed to refuse.")
    client_mutation_id: str | None = None


@strawberry.input(description="Nothing to say but the client's own id.")
class LiftRestrictionInput:
    client_mutation_id: str | None = None
