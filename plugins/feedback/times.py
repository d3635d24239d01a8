"""The day of a moment in the city."""

from __future__ import annotations

from datetime import datetime

from schema.scalars import as_city_time


def city_day(moment: datetime) -> str:
    """The day of the city that the moment falls on, YYMMDD: what a report's code begins with."""
    return as_city_time(moment).strftime("%y%m%d")
