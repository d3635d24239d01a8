"""What the plugin holds of one person: told to them, and cut from its reports when they are erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from plugins.feedback.models import AnswerRow, ReportRow, StepRow
from plugins.feedback.queries import COLUMNS, NEWEST_FIRST, R, answers_of
from plugins.feedback.terms import Action
from schema.micros import from_micros

NOBODY = ""
"""The reporter of a report whose person was erased. No actor that is signed in has this id."""

_TOLD = ("code", "kind", "category", "title", "body", "lat", "lng", "accuracy_m", "address_text", "ward", "agency")
_STATE = ("visibility", "state", "outcome")
_KEPT = {
    "vi": "Phản ánh, kiến nghị và kết quả giải quyết là hồ sơ của cơ quan nhà nước, được giữ theo Luật Lưu trữ; "
    "mối liên hệ với người gửi đã được cắt bỏ.",
    "en": "Reports and their answers are files of state bodies, kept by the Law on Archives; who sent them is cut out.",
}


def held_of(session: Session, person: str) -> dict[str, Any]:
    """The person's reports, the newest first, with their answers."""
    rows = session.execute(select(*COLUMNS).where(R.reporter == person).order_by(*NEWEST_FIRST)).all()
    answers = answers_of(session, [row.id for row in rows])
    return {
        "reports": [
            {name: getattr(row, name) for name in (*_TOLD, *_STATE)}
            | {"submitted_at": from_micros(row.submitted_at).isoformat()}
            | {"answers": [_answer(answer) for answer in answers.get(row.id, ())]}
            for row in rows
        ]
    }


def cut_person(session: Session, person: str) -> dict[str, Any]:
    """Keep the reports and cut who sent them. A second time there is nothing to cut."""
    own = select(R.id).where(R.reporter == person)
    count = session.execute(select(func.count()).select_from(ReportRow).where(R.reporter == person)).scalar_one()
    steps = update(StepRow).where(StepRow.report.in_(own), StepRow.action == Action.SUBMIT.value)  # type: ignore[attr-defined]
    session.execute(steps.values(by=NOBODY))
    session.execute(update(ReportRow).where(R.reporter == person).values(reporter=NOBODY))
    return {"erased": 0, "kept": count, "why": _KEPT if count else {}}


def _answer(row: AnswerRow) -> dict[str, Any]:
    return {
        "text": row.text,
        "outcome": row.outcome,
        "agency": row.agency,
        "at": from_micros(row.at).isoformat(),
    }
