"""What issuers and approvers of alerts send."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.plugin import local_id
from plugins.engagement.cap import AlertCategory, AlertCertainty, AlertSeverity, AlertStatus, AlertUrgency
from plugins.engagement.service.drafting import AlertDraft, Bilingual


@strawberry.input(description="A text in Vietnamese and English; an alert needs both.")
class BilingualInput:
    vi: str
    en: str

    def to_bilingual(self) -> Bilingual:
        return Bilingual(vi=self.vi, en=self.en)


@strawberry.input(description="An alert, for a second person to approve.")
class DraftAlertInput:
    category: AlertCategory
    event: BilingualInput = strawberry.field(description="The kind of event, in a few words: Triều cường, High tide.")
    urgency: AlertUrgency
    severity: AlertSeverity
    certainty: AlertCertainty
    headline: BilingualInput = strawberry.field(description="At most 160 characters, as CAP asks.")
    description: BilingualInput
    instruction: BilingualInput = strawberry.field(description="What people are to do.")
    area_desc: BilingualInput = strawberry.field(description="The area, in words.")
    expires: datetime = strawberry.field(description="With its offset; at most 30 days from now, unless set otherwise.")
    ward_codes: list[str] = strawberry.field(
        default_factory=list, description="GSO codes of the wards that it is for; none is the whole city."
    )
    effective: datetime | None = strawberry.field(default=None, description="Null: from when it is issued.")
    status: AlertStatus = AlertStatus.ACTUAL
    updates: strawberry.ID | None = strawberry.field(
        default=None, description="The alert that this one replaces when it is issued."
    )
    client_mutation_id: str | None = None

    def to_draft(self) -> AlertDraft:
        return AlertDraft(
            terms={
                "status": self.status.value,
                "category": self.category.value,
                "urgency": self.urgency.value,
                "severity": self.severity.value,
                "certainty": self.certainty.value,
            },
            texts={
                "event": self.event.to_bilingual(),
                "headline": self.headline.to_bilingual(),
                "description": self.description.to_bilingual(),
                "instruction": self.instruction.to_bilingual(),
                "areaDesc": self.area_desc.to_bilingual(),
            },
            ward_codes=self.ward_codes,
            expires=self.expires,
            effective=self.effective,
            updates=None if self.updates is None else local_id("Alert", self.updates),
        )


@strawberry.input(description="The draft to issue.")
class ApproveAlertInput:
    id: strawberry.ID
    client_mutation_id: str | None = None


@strawberry.input(description="The issued alert to cancel.")
class CancelAlertInput:
    id: strawberry.ID
    reason: BilingualInput = strawberry.field(description="Becomes the description of the cancelling message.")
    client_mutation_id: str | None = None
