"""The tables: reports, their steps and answers, and the serial numbers of days.

Two more stand in the migration alone, since they are virtual: ``feedback_search`` (FTS5, folded text) and
``feedback_place`` (R*Tree, degrees). ``indexes.py`` keeps them.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from gateway.plugin import new_registry


class Table(SQLModel, registry=new_registry()):
    """Base of the plugin's tables. Times are microseconds since 1970 in UTC: they sort, and make cursors."""


class ReportRow(Table, table=True):
    """A report. ``id``: of the row, shown only inside cursors; ``key``: the public local id, random.

    ``reporter``: the actor's id, shown to nobody. ``ward``: GSO code. ``agency``: key of the agency that it was
    forwarded to. ``accuracy_m``: radius in metres that the device gave for its position.
    """

    __tablename__ = "feedback_report"
    __table_args__ = (
        Index("ix_feedback_report_submitted_at", "submitted_at", "id"),
        Index("ix_feedback_report_state", "state", "submitted_at"),
        Index("ix_feedback_report_category", "category", "submitted_at"),
        Index("ix_feedback_report_ward", "ward", "submitted_at"),
        Index("ix_feedback_report_agency", "agency", "submitted_at"),
        Index("ix_feedback_report_reporter", "reporter", "submitted_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    code: str = Field(unique=True)
    kind: str
    category: str
    title: str
    body: str
    lat: float | None = None
    lng: float | None = None
    accuracy_m: float | None = None
    address_text: str | None = None
    ward: str | None = None
    agency: str | None = None
    visibility: str
    state: str
    outcome: str | None = None
    reporter: str
    submitted_at: int = Field(sa_type=BigInteger)
    updated_at: int = Field(sa_type=BigInteger)
    version: int = 1
    is_sample: bool = False


class ReportColumns(NamedTuple):
    """A report as it is read: the columns of ``ReportRow`` without the cost of a mapped object, or of a ``Row`` of
    SQLAlchemy, whose attributes take eight times as long.
    """

    id: int
    key: str
    code: str
    kind: str
    category: str
    title: str
    body: str
    lat: float | None
    lng: float | None
    accuracy_m: float | None
    address_text: str | None
    ward: str | None
    agency: str | None
    visibility: str
    state: str
    outcome: str | None
    reporter: str
    submitted_at: int
    updated_at: int
    version: int
    is_sample: bool


class StepRow(Table, table=True):
    """One step of a report's history, the state that it led to. ``by``: the actor's id, kept for audit, not shown."""

    __tablename__ = "feedback_step"

    id: int | None = Field(default=None, primary_key=True)
    report: int = Field(foreign_key="feedback_report.id", index=True)
    action: str
    state: str
    agency: str | None = None
    by: str
    at: int = Field(sa_type=BigInteger)


class AnswerRow(Table, table=True):
    """An agency's answer to a report. ``by``: the officer's id, kept for audit, not shown."""

    __tablename__ = "feedback_answer"

    id: int | None = Field(default=None, primary_key=True)
    report: int = Field(foreign_key="feedback_report.id", index=True)
    text: str
    outcome: str
    agency: str | None = None
    by: str
    at: int = Field(sa_type=BigInteger)


class DayRow(Table, table=True):
    """The last serial number given on a day of the city. ``day``: YYMMDD."""

    __tablename__ = "feedback_day"

    day: str = Field(primary_key=True)
    last: int
