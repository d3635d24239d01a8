"""Times: microseconds since 1970 in UTC, as the tables have them, and the city's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from schema.scalars import CITY_ZONE

MINUTE_US = 60 * 1_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    return time.time_ns() // 1000


def city_time(micros: int) -> datetime:
    """A stored moment as the city reads it (+07:00)."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(CITY_ZONE)


def city_time_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else city_time(micros)


def to_micros(moment: datetime) -> int:
    """An aware moment as it is stored; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
