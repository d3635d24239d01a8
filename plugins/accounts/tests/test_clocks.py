"""The law's clocks."""

from datetime import date, datetime

import pytest

from plugins.accounts.clocks import due, is_working_day
from plugins.accounts.terms import RequestKind
from schema.micros import from_micros, to_micros


def replied_by(asked: str) -> str:
    return from_micros(due(RequestKind.ERASE, to_micros(datetime.fromisoformat(asked))).reply_at).isoformat()


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        ("2026-09-09T10:00+07:00", "2026-09-11"),  # a Wednesday
        ("2026-09-11T23:59+07:00", "2026-09-15"),  # a Friday: Saturday and Sunday do not count
        ("2026-09-12T10:00+07:00", "2026-09-15"),  # a Saturday
        ("2026-08-21T16:50+07:00", "2026-08-24"),  # the Saturday after it is worked
        ("2026-08-28T10:00+07:00", "2026-09-04"),  # 31 August is off for it, 1 and 2 September are National Day
        ("2026-11-23T10:00+07:00", "2026-11-26"),  # 24 November is Vietnam Culture Day
        ("2027-02-03T10:00+07:00", "2027-02-12"),  # Tết
        ("2026-09-09T20:00+00:00", "2026-09-14"),  # already Thursday in the city
    ],
)
def test_a_reply_is_due_at_the_end_of_the_second_working_day(asked: str, last: str) -> None:
    assert replied_by(asked) == f"{last}T23:59:59.999999+07:00"


@pytest.mark.parametrize(("kind", "last"), [("EXPORT", "19"), ("CORRECT", "19"), ("RESTRICT", "24"), ("ERASE", "29")])
def test_each_kind_is_done_by_its_own_day(kind: str, last: str) -> None:
    asked = to_micros(datetime.fromisoformat("2026-09-09T10:00+07:00"))
    assert from_micros(due(RequestKind(kind), asked).act_at).isoformat() == f"2026-09-{last}T23:59:59.999999+07:00"


def test_working_days_of_a_year() -> None:
    days = [date(2026, 1, 1).toordinal() + day for day in range(365)]
    assert sum(is_working_day(date.fromordinal(day)) for day in days) == 249
