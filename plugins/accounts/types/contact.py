"""Contact: a way to reach a person; what adding, verifying and removing one takes; the outbox of development."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import global_id
from identity.secrets import Secrets
from plugins.accounts.models import ContactRow, OutboxRow
from plugins.accounts.types.enums import ContactKind
from schema.micros import from_micros, from_micros_or_none

KEY = "The client's own key for this request: sent again with the same input, it is not done again."


@strawberry.type(description="A way to reach a person. Only that person sees it.")
class Contact:
    id: strawberry.ID
    kind: ContactKind
    value: str = strawberry.field(description="A mobile number as +84..., or an e-mail address.")
    added_at: datetime
    verified_at: datetime | None = strawberry.field(description="Null until the code that was sent has come back.")

    @classmethod
    def of(cls, row: ContactRow, secrets: Secrets) -> Contact:
        return cls(
            id=global_id("Contact", row.id),
            kind=ContactKind(row.kind),
            value=secrets.sealer.open(row.value),
            added_at=from_micros(row.added_at),
            verified_at=from_micros_or_none(row.verified_at),
        )


@strawberry.type(description="In development: what would have been sent. Only its recipient sees it.")
class OutboxMessage:
    kind: ContactKind
    to: str
    text: str = strawberry.field(description="Vietnamese, with the code.")
    sent_at: datetime

    @classmethod
    def of(cls, row: OutboxRow, secrets: Secrets) -> OutboxMessage:
        opens = secrets.sealer.open
        return cls(
            kind=ContactKind(row.kind), to=opens(row.value), text=opens(row.text), sent_at=from_micros(row.sent_at)
        )


@strawberry.input(description="A contact to add.")
class AddContactInput:
    kind: ContactKind
    value: str = strawberry.field(description="A Vietnamese mobile number, or an e-mail address.")
    client_mutation_id: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A contact, and the code that was sent to it.")
class VerifyContactInput:
    id: strawberry.ID
    code: str = strawberry.field(description="Six digits.")
    client_mutation_id: str | None = None


@strawberry.input(description="A contact to remove.")
class RemoveContactInput:
    id: strawberry.ID
    confirm: bool = strawberry.field(default=False, description="Remove it even if it is the last verified one.")
    client_mutation_id: str | None = None
