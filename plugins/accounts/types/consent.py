"""ConsentPurpose and Consent: what consent is asked for, and what was given; what giving and withdrawing takes."""

from __future__ import annotations

from datetime import datetime

import strawberry

from plugins.accounts.catalogue import Purpose
from plugins.accounts.models import ConsentRow
from schema.micros import from_micros, from_micros_or_none
from schema.text import Text


@strawberry.type(description="What the city asks consent for. What it does by law needs none.")
class ConsentPurpose:
    key: str = strawberry.field(description="Fixed, UPPER_SNAKE.")
    version: int = strawberry.field(description="Of the text: a changed one is agreed to anew.")
    title: Text
    text: Text = strawberry.field(description="What is agreed to, in full.")

    @classmethod
    def of(cls, purpose: Purpose) -> ConsentPurpose:
        return cls(
            key=purpose.key,
            version=purpose.version,
            title=Text(vi=purpose.title_vi, en=purpose.title_en),
            text=Text(vi=purpose.text_vi, en=purpose.text_en),
        )


@strawberry.type(description="A consent that was given. Only its person sees it.")
class Consent:
    purpose: str = strawberry.field(description="A key of consentPurposes, or of an earlier one.")
    version: int = strawberry.field(description="Of the text that was agreed to.")
    given_at: datetime
    withdrawn_at: datetime | None = strawberry.field(description="Null while it holds.")

    @classmethod
    def of(cls, row: ConsentRow) -> Consent:
        return cls(
            purpose=row.purpose,
            version=row.version,
            given_at=from_micros(row.given_at),
            withdrawn_at=from_micros_or_none(row.withdrawn_at),
        )


@strawberry.input(description="A consent to give.")
class GiveConsentInput:
    purpose: str = strawberry.field(description="A key of consentPurposes.")
    version: int = strawberry.field(description="Of the text that was shown.")
    client_mutation_id: str | None = None


@strawberry.input(description="A consent to withdraw.")
class WithdrawConsentInput:
    purpose: str
    client_mutation_id: str | None = None
