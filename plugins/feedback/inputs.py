"""The inputs of the graph: what a client sends, and how it becomes what the rules take."""

from __future__ import annotations

from datetime import datetime

import strawberry

from plugins.feedback.enums import Kind, Outcome, State, Visibility
from plugins.feedback.queries import Wanted
from plugins.feedback.service import Draft
from schema.geo import LatLngInput
from schema.micros import to_micros

_KEY = "The client's own key for this request: sent again with the same input, it is not done again."
_VERSION = "The version that you decided upon; refused with VERSION_CONFLICT when the report has gone on since."


@strawberry.input(description="Where a report is about.")
class ReportLocationInput:
    point: LatLngInput | None = None
    address_text: str | None = strawberry.field(default=None, description="As the citizen writes it.")
    accuracy_m: float | None = strawberry.field(default=None, description="Radius in metres, as the device gives it.")


@strawberry.input(description="A report to submit.")
class SubmitReportInput:
    category: str = strawberry.field(description="A code of reportCategories.")
    title: str = strawberry.field(description="At most 120 characters.")
    body: str = strawberry.field(default="", description="At most 4,000 characters.")
    kind: Kind | None = strawberry.field(default=None, description="The category's own when left out.")
    location: ReportLocationInput | None = None
    visibility: Visibility = Visibility.PUBLIC_ANONYMISED
    client_mutation_id: str | None = strawberry.field(default=None, description=_KEY)

    def to_draft(self) -> Draft:
        """Raises: Refused: BAD_POINT."""
        place = self.location or ReportLocationInput()
        return Draft(
            category=self.category,
            title=self.title,
            body=self.body,
            kind=self.kind,
            point=None if place.point is None else place.point.to_point("location.point"),
            address_text=place.address_text,
            accuracy_m=place.accuracy_m,
            visibility=self.visibility,
        )


@strawberry.input(description="A report to take one step on.")
class ReportStepInput:
    id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)
    client_mutation_id: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.input(description="A report to forward to the agency that deals with it.")
class ForwardReportInput(ReportStepInput):
    agency_key: str | None = strawberry.field(
        default=None, description="When left out, the agency that answers for the category in the ward."
    )


@strawberry.input(description="The answer to a report.")
class AnswerReportInput(ReportStepInput):
    outcome: Outcome
    text: str = strawberry.field(description="30 to 4,000 characters: what was done, or why nothing was.")


@strawberry.input(description="Which reports to list. What is left out is not asked for.")
class ReportFilter:
    search: str | None = strawberry.field(
        default=None,
        description="Words in title, text, address or code, with or without Vietnamese marks; the last may be begun.",
    )
    category: str | None = None
    kind: Kind | None = None
    states: list[State] | None = strawberry.field(default=None, description="In one of these; of none finds none.")
    ward_code: str | None = strawberry.field(default=None, description="GSO code, such as 26740.")
    agency_key: str | None = None
    submitted_after: datetime | None = strawberry.field(default=None, description="From this moment on.")
    submitted_before: datetime | None = strawberry.field(default=None, description="Before this moment.")

    def to_wanted(self) -> Wanted:
        return Wanted(
            search=self.search,
            category=self.category,
            kind=self.kind,
            states=None if self.states is None else tuple(self.states),
            ward=self.ward_code,
            agency=self.agency_key,
            submitted_from=None if self.submitted_after is None else to_micros(self.submitted_after),
            submitted_before=None if self.submitted_before is None else to_micros(self.submitted_before),
        )
