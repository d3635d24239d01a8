"""The state machine of a report, as data: who may do what from which state, what it needs and what it brings about.

To add a step is to add a row to ``MACHINE``; ``service.act`` and ``Report.availableActions`` read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlmodel import Session

from gateway.plugin import Actor, Refused
from plugins.feedback.models import AnswerRow, ReportRow
from plugins.feedback.settings import FeedbackSettings
from plugins.feedback.terms import Action, Outcome, State
from schema.micros import to_micros


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with an action. ``agency``: key of an agency that is known to exist."""

    agency: str | None = None
    outcome: Outcome | None = None
    text: str = ""


Who: TypeAlias = Callable[[Actor, Any], bool]
"""Whether the actor stands in the right place towards the report (a row of its columns). Scopes are asked before."""
Guard: TypeAlias = Callable[[Given, FeedbackSettings], None]
"""Refuses what is not enough for the action."""
Effect: TypeAlias = Callable[[Session, ReportRow, Given, Actor, datetime], None]
"""Writes what the action brings about, besides the state."""


def whoever(_actor: Actor, _report: Any) -> bool:
    """Any holder of the scope."""
    return True


def officer_of_its_agency(actor: Actor, report: Any) -> bool:
    """An officer acts on the reports of his own agency alone and, where he has wards, in these alone."""
    return (
        actor.agency is not None and actor.agency == report.agency and (not actor.wards or report.ward in actor.wards)
    )


def nothing_needed(_given: Given, _settings: FeedbackSettings) -> None:
    """No guard."""


def nothing_more(_session: Session, _report: ReportRow, _given: Given, _by: Actor, _now: datetime) -> None:
    """No effect besides the state."""


def needs_agency(given: Given, _settings: FeedbackSettings) -> None:
    """Raises: Refused: AGENCY_UNKNOWN, when none was given and none is suggested."""
    if given.agency is None:
        raise Refused(
            "No agency answers for this category in this ward: say agencyKey.",
            code="AGENCY_UNKNOWN",
            field="agencyKey",
        )


def needs_answer(given: Given, settings: FeedbackSettings) -> None:
    """Raises: Refused: ANSWER_TOO_SHORT, ANSWER_TOO_LONG, OUTCOME_REQUIRED."""
    if given.outcome is None:
        raise Refused("An answer says what came of the report.", code="OUTCOME_REQUIRED", field="outcome")
    if len(given.text) < settings.answer_min:
        raise Refused(
            f"The answer has {len(given.text)} characters: say in at least {settings.answer_min} what was done.",
            code="ANSWER_TOO_SHORT",
            field="text",
        )
    if len(given.text) > settings.answer_max:
        raise Refused(
            f"The answer has {len(given.text)} characters: at most {settings.answer_max}.",
            code="ANSWER_TOO_LONG",
            field="text",
        )


def assign(_session: Session, report: ReportRow, given: Given, _by: Actor, _now: datetime) -> None:
    """The report lies with the agency from now on."""
    report.agency = given.agency


def store_answer(session: Session, report: ReportRow, given: Given, by: Actor, now: datetime) -> None:
    """The answer is kept for good, and its outcome is the report's."""
    assert report.id is not None
    assert given.outcome is not None
    report.outcome = given.outcome.value
    session.add(
        AnswerRow(
            report=report.id,
            text=given.text,
            outcome=given.outcome.value,
            agency=report.agency,
            by=by.id,
            at=to_micros(now),
        )
    )


@dataclass(frozen=True, slots=True)
class Transition:
    """``scope``: what the actor must hold, and ``who`` he must be towards the report. ``event``: what is emitted."""

    action: Action
    sources: frozenset[State]
    to: State
    scope: str
    event: str
    who: Who = whoever
    guard: Guard = nothing_needed
    effect: Effect = nothing_more

    def allows(self, actor: Actor, report: Any) -> bool:
        """Whether the actor may ever do this to the report, whatever its state."""
        return self.scope in actor.scopes and self.who(actor, report)


MACHINE: tuple[Transition, ...] = (
    Transition(
        Action.RECEIVE,
        frozenset({State.SUBMITTED}),
        State.RECEIVED,
        scope="feedback:receive",
        event="feedback.report_received",
    ),
    Transition(
        Action.FORWARD,
        frozenset({State.RECEIVED}),
        State.FORWARDED,
        scope="feedback:forward",
        event="feedback.report_forwarded",
        guard=needs_agency,
        effect=assign,
    ),
    Transition(
        Action.ACCEPT,
        frozenset({State.FORWARDED}),
        State.IN_PROGRESS,
        scope="feedback:accept",
        event="feedback.report_accepted",
        who=officer_of_its_agency,
    ),
    Transition(
        Action.ANSWER,
        frozenset({State.IN_PROGRESS}),
        State.ANSWERED,
        scope="feedback:answer",
        event="feedback.report_answered",
        who=officer_of_its_agency,
        guard=needs_answer,
        effect=store_answer,
    ),
)

SUBMITTED_EVENT = "feedback.report_submitted"
EVENTS: tuple[str, ...] = (SUBMITTED_EVENT, *dict.fromkeys(row.event for row in MACHINE))
"""Every kind of event that a report may bring."""


def transitions(action: Action) -> tuple[Transition, ...]:
    """The rows of an action: one, or one for each way that it may go."""
    return tuple(row for row in MACHINE if row.action is action)


def available_actions(actor: Actor, report: Any) -> list[Action]:
    """What the actor may do to the report as it stands, in the order of the machine."""
    found = (row.action for row in MACHINE if report.state in row.sources and row.allows(actor, report))
    return list(dict.fromkeys(found))


def waiting_states(actor: Actor) -> frozenset[State]:
    """The states from which the actor's scopes lead further: what waits for him."""
    return frozenset(state for row in MACHINE if row.scope in actor.scopes for state in row.sources)
