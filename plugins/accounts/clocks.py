"""The law's clocks: until when a request about one's data is replied to, and until when it is done."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from plugins.accounts.terms import RequestKind
from schema.micros import from_micros, to_micros
from schema.scalars import CITY_ZONE

FILE = Path(__file__).parent / "data" / "clocks.toml"
_DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar(BaseModel):
    """``every_year``: MM-DD. ``days_worked``: Saturdays and Sundays, in place of other days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_year: frozenset[str] = frozenset()
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()


class Clocks(BaseModel):
    """data/clocks.toml, which tells where the figures come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    reply_working_days: int = Field(ge=1)
    act_days: dict[RequestKind, int]
    calendar: Calendar = Calendar()


@dataclass(frozen=True, slots=True)
class Due:
    """Microseconds: the last one of the day that a clock runs out on."""

    reply_at: int
    act_at: int


@cache
def clocks() -> Clocks:
    return Clocks.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


def due(kind: RequestKind, asked_at: int) -> Due:
    """The clocks of a request that was asked at ``asked_at``; the day of asking does not count."""
    asked = from_micros(asked_at).date()
    replied = asked
    for _ in range(clocks().reply_working_days):
        replied = _next_working_day(replied)
    return Due(_end_of(replied), _end_of(asked + clocks().act_days[kind] * _DAY))


def is_working_day(day: date) -> bool:
    calendar = clocks().calendar
    if day in calendar.days_worked:
        return True
    is_off = day in calendar.days_off or f"{day:%m-%d}" in calendar.every_year
    return day.weekday() < _SATURDAY and not is_off


def _next_working_day(day: date) -> date:
    day += _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def _end_of(day: date) -> int:
    return to_micros(datetime.combine(day + _DAY, time(), CITY_ZONE)) - 1
