"""Times of the tables: microseconds since 1970 in UTC, and back to the city's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schema.scalars import CITY_ZONE, as_city_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """An aware moment as it is stored; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """A stored moment as the city reads it (+07:00)."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(CITY_ZONE)


def city_day(moment: datetime) -> str:
    """The day of the city that the moment falls on, YYMMDD: what a report's code begins with."""
    return as_city_time(moment).strftime("%y%m%d")
