"""Scalars that plugins share."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def utc_now() -> datetime:
    """Now, aware, in UTC: what is stored."""
    return datetime.now(UTC)


def as_city_time(moment: datetime) -> datetime:
    """The same moment as the city reads it (+07:00). A naive one is taken as UTC, as SQLite gives stored times back."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(CITY_ZONE)
