"""The words of a report: kinds, states, actions, outcomes, visibility and the tabs of an officer's inbox."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a report is about. The two channels of the law start from it: incidents, and regulations or officers."""

    INCIDENT = "INCIDENT"
    REGULATION = "REGULATION"
    OFFICER_CONDUCT = "OFFICER_CONDUCT"
    PROPOSAL = "PROPOSAL"


class State(StrEnum):
    """Where a report stands. Not to be mixed up with its outcome: answered is not fixed."""

    SUBMITTED = "SUBMITTED"
    RECEIVED = "RECEIVED"
    FORWARDED = "FORWARDED"
    IN_PROGRESS = "IN_PROGRESS"
    ANSWERED = "ANSWERED"


class Action(StrEnum):
    """What is done to a report."""

    SUBMIT = "SUBMIT"
    RECEIVE = "RECEIVE"
    FORWARD = "FORWARD"
    ACCEPT = "ACCEPT"
    ANSWER = "ANSWER"


class Outcome(StrEnum):
    """What came of a report, as the agency answers it."""

    FIXED = "FIXED"
    SCHEDULED = "SCHEDULED"
    EXPLAINED = "EXPLAINED"
    NO_ACTION = "NO_ACTION"
    NOT_RESPONSIBLE = "NOT_RESPONSIBLE"
    DUPLICATE = "DUPLICATE"
    REFERRED_EXTERNAL = "REFERRED_EXTERNAL"


class Visibility(StrEnum):
    """Who may read a report. PRIVATE: its owner, operators, and officers of the agency that it was forwarded to."""

    PUBLIC_ANONYMISED = "PUBLIC_ANONYMISED"
    PUBLIC_NAMED = "PUBLIC_NAMED"
    PRIVATE = "PRIVATE"


class InboxTab(StrEnum):
    """A tab of the inbox. WAITING: what the one who asks can act on, which the state machine says."""

    WAITING = "WAITING"
    NEW = "NEW"
    TO_FORWARD = "TO_FORWARD"
    TO_ACCEPT = "TO_ACCEPT"
    IN_PROGRESS = "IN_PROGRESS"
    ANSWERED = "ANSWERED"
    ALL = "ALL"


STATES_OF_TAB: dict[InboxTab, tuple[State, ...]] = {
    InboxTab.NEW: (State.SUBMITTED,),
    InboxTab.TO_FORWARD: (State.RECEIVED,),
    InboxTab.TO_ACCEPT: (State.FORWARDED,),
    InboxTab.IN_PROGRESS: (State.IN_PROGRESS,),
    InboxTab.ANSWERED: (State.ANSWERED,),
    InboxTab.ALL: tuple(State),
}
