"""What the plugin asks of others, and how their answers are taken: without them a report is still submitted."""

from __future__ import annotations

from typing import Any

from gateway.plugin import Context, Refused, question
from schema.geo import Point


class Questions:
    """Questions that maps and agencies answer."""

    @question
    async def feedback_ward_of(self, context: Context, point: Point) -> str | None:
        """GSO code of the ward that the point lies in."""

    @question
    async def feedback_agency_for(self, context: Context, category: str, ward_code: str | None) -> str | None:
        """Key of the agency that answers for reports of this category in this ward."""

    @question
    async def feedback_agency_exists(self, context: Context, key: str) -> bool:
        """Whether there is an agency of that key."""
        raise NotImplementedError


async def ward_of(context: Context, point: Point | None) -> str | None:
    """GSO code of the point's ward; None without a point, or when nobody knows."""
    return None if point is None else await _first(context, "feedback_ward_of", point=point)


async def agency_for(context: Context, category: str, ward: str | None) -> str | None:
    """Key of the agency to forward to; None when nobody knows one."""
    return await _first(context, "feedback_agency_for", category=category, ward_code=ward)


async def agency_known(context: Context, key: str) -> str:
    """``key``, when there is such an agency.

    Raises:
        Refused: AGENCY_UNKNOWN, or AGENCIES_UNAVAILABLE when nobody is there to say.
    """
    answers = await context.ask("feedback_agency_exists", key=key)
    if not answers:
        raise Refused(
            "Nobody can say now whether there is such an agency: try again later.",
            code="AGENCIES_UNAVAILABLE",
            field="agencyKey",
        )
    if not any(answer.value is True for answer in answers):
        raise Refused(f"There is no agency {key[:60]!r}.", code="AGENCY_UNKNOWN", field="agencyKey")
    return key


async def _first(context: Context, question_name: str, **arguments: Any) -> str | None:
    answers = await context.ask(question_name, **arguments)
    return next((answer.value for answer in answers if isinstance(answer.value, str)), None)
