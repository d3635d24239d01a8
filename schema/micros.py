"""Moments as tables have them: microseconds since 1970 in UTC, which sort, and make cursors; and the city's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from schema.scalars import CITY_ZONE

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now_us() -> int:
    return time.time_ns() // 1000


def to_micros(moment: datetime) -> int:
    """An aware moment as it is stored, exact; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """A stored moment as the city reads it (+07:00)."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(CITY_ZONE)


def from_micros_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
