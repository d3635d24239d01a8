"""The words of the Common Alerting Protocol 1.2 (OASIS), as far as the city uses them, and the states of an alert."""

from __future__ import annotations

from enum import StrEnum


class AlertStatus(StrEnum):
    """How the message is to be handled. CAP's ``Draft`` is ``AlertState.DRAFT`` here."""

    ACTUAL = "ACTUAL"
    EXERCISE = "EXERCISE"
    SYSTEM = "SYSTEM"
    TEST = "TEST"


class AlertMsgType(StrEnum):
    """What the message does to an earlier one."""

    ALERT = "ALERT"
    UPDATE = "UPDATE"
    CANCEL = "CANCEL"


class AlertCategory(StrEnum):
    """What kind of event."""

    GEO = "GEO"
    MET = "MET"
    SAFETY = "SAFETY"
    SECURITY = "SECURITY"
    RESCUE = "RESCUE"
    FIRE = "FIRE"
    HEALTH = "HEALTH"
    ENV = "ENV"
    TRANSPORT = "TRANSPORT"
    INFRA = "INFRA"
    CBRNE = "CBRNE"
    OTHER = "OTHER"


class AlertUrgency(StrEnum):
    """When to act."""

    IMMEDIATE = "IMMEDIATE"
    EXPECTED = "EXPECTED"
    FUTURE = "FUTURE"
    PAST = "PAST"
    UNKNOWN = "UNKNOWN"


class AlertSeverity(StrEnum):
    """How bad it is, the worst first."""

    EXTREME = "EXTREME"
    SEVERE = "SEVERE"
    MODERATE = "MODERATE"
    MINOR = "MINOR"
    UNKNOWN = "UNKNOWN"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(AlertSeverity).index(self)


class AlertCertainty(StrEnum):
    """How sure it is."""

    OBSERVED = "OBSERVED"
    LIKELY = "LIKELY"
    POSSIBLE = "POSSIBLE"
    UNLIKELY = "UNLIKELY"
    UNKNOWN = "UNKNOWN"


class AlertState(StrEnum):
    """Where a message is in its life. EXPIRED is never stored: time alone makes it so."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    UPDATED = "UPDATED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
