"""What may be read: every read of reports goes through ``visible_to``, so that a private one is absent everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, true, tuple_
from sqlmodel import Session

from gateway.plugin import Actor, Refused
from plugins.feedback.indexes import in_box, matches
from plugins.feedback.models import AnswerRow, ReportColumns, ReportRow, StepRow
from plugins.feedback.terms import Kind, State, Visibility
from schema.geo import Box
from schema.paging import SortKey, Window

READ_ALL = "feedback:read_all"
READ_AGENCY = "feedback:read_agency"

R: Any = ReportRow.__table__.c  # type: ignore[attr-defined]
COLUMNS = tuple(R[name] for name in ReportColumns._fields)
_INT64_MOST = 2**63 - 1


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The reports that the actor may know of. What this leaves out does not exist for him, nor in any count."""
    if READ_ALL in actor.scopes:
        return true()
    ways = [R.visibility != Visibility.PRIVATE.value]
    if actor.is_authenticated:
        ways.append(R.reporter == actor.id)
    if READ_AGENCY in actor.scopes and actor.agency is not None:
        ways.append(in_queue_of(actor))
    return or_(*ways)


def in_queue_of(actor: Actor) -> ColumnElement[bool]:
    """The reports that the actor's office has before it: all for operators, an officer's agency's (and wards') else."""
    if READ_ALL in actor.scopes:
        return true()
    if actor.agency is None:
        return false()
    return and_(R.agency == actor.agency, R.ward.in_(sorted(actor.wards)) if actor.wards else true())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list of reports. None asks for nothing. ``search``: as typed. Times: microseconds, the first one included.

    ``states``: one of these; an empty tuple finds nothing. ``queue``: only what the actor's office has before it.
    """

    search: str | None = None
    category: str | None = None
    kind: Kind | None = None
    states: tuple[State, ...] | None = None
    ward: str | None = None
    agency: str | None = None
    reporter: str | None = None
    submitted_from: int | None = None
    submitted_before: int | None = None
    queue: bool = False

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """What a report must meet, visibility included."""
        equal = {
            "category": self.category,
            "kind": self.kind,
            "ward": self.ward,
            "agency": self.agency,
            "reporter": self.reporter,
        }
        found = [visible_to(actor)] + [R[name] == value for name, value in equal.items() if value is not None]
        if self.states is not None:
            found.append(R.state.in_([state.value for state in self.states]))
        if self.submitted_from is not None:
            found.append(R.submitted_at >= self.submitted_from)
        if self.submitted_before is not None:
            found.append(R.submitted_at < self.submitted_before)
        if self.search is not None and self.search.strip():
            found.append(matches(self.search))
        if self.queue:
            found.append(in_queue_of(actor))
        return found


def sort_key(row: Any) -> SortKey:
    """What the lists are sorted by, the newest first."""
    return (row.submitted_at, row.id)


NEWEST_FIRST = (R.submitted_at.desc(), R.id.desc())


def after(window: Window) -> list[ColumnElement[bool]]:
    """The condition of a page after the first.

    Raises:
        Refused: BAD_CURSOR, when the cursor is another list's.
    """
    if window.after is None:
        return []
    submitted_at, row_id = window.after
    if not all(isinstance(part, int) and abs(part) <= _INT64_MOST for part in (submitted_at, row_id)):
        raise Refused("after is not a cursor of reports: use pageInfo.endCursor.", code="BAD_CURSOR", field="after")
    return [tuple_(R.submitted_at, R.id) < tuple_(submitted_at, row_id)]


def _read(session: Session, query: Select[Any]) -> list[ReportColumns]:
    return [ReportColumns._make(row) for row in session.execute(query)]


def reports_page(session: Session, wanted: Wanted, window: Window, actor: Actor) -> Sequence[ReportColumns]:
    """Up to ``window.limit + 1`` reports, the newest first."""
    query = select(*COLUMNS).where(*wanted.conditions(actor), *after(window))
    return _read(session, query.order_by(*NEWEST_FIRST).limit(window.limit + 1))


def reports_count(session: Session, wanted: Wanted, actor: Actor) -> int:
    """How many reports the actor would find in the whole list."""
    query = select(func.count()).select_from(ReportRow).where(*wanted.conditions(actor))
    return int(session.execute(query).scalar_one())


def report_by_key(session: Session, key: str, actor: Actor) -> ReportColumns | None:
    """None where there is none, or none for this actor: the two are not to be told apart."""
    return next(iter(_read(session, select(*COLUMNS).where(R.key == key, visible_to(actor)))), None)


def report_by_code(session: Session, code: str, actor: Actor) -> ReportColumns | None:
    """As ``report_by_key``, by ``PA-YYMMDD-NNNNN``."""
    return next(iter(_read(session, select(*COLUMNS).where(R.code == code, visible_to(actor)))), None)


def reports_by_key(session: Session, keys: Sequence[str], actor: Actor) -> Mapping[str, ReportColumns]:
    """Those that are there for the actor."""
    rows = _read(session, select(*COLUMNS).where(R.key.in_(keys), visible_to(actor)))
    return {row.key: row for row in rows}


def reports_in(session: Session, box: Box, limit: int, actor: Actor) -> Sequence[Row[Any]]:
    """Key, title, lat and lng of up to ``limit`` reports with a point in the box, the newest first."""
    query = select(R.key, R.title, R.lat, R.lng).where(*in_box(box), visible_to(actor))
    return session.execute(query.order_by(R.id.desc()).limit(limit)).all()


def steps_of(session: Session, reports: Sequence[int]) -> Mapping[int, list[StepRow]]:
    """Row ids of reports -> their steps, the first step first. Ask it for reports that were read as visible."""
    return _by_report(session, StepRow, reports)


def answers_of(session: Session, reports: Sequence[int]) -> Mapping[int, list[AnswerRow]]:
    """Row ids of reports -> their answers, the first one first. As for ``steps_of``."""
    return _by_report(session, AnswerRow, reports)


def _by_report(session: Session, table: Any, reports: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(select(*table.__table__.c).where(table.report.in_(reports)).order_by(table.id)):
        found.setdefault(row.report, []).append(row)
    return found
