"""Sample reports for demonstration, taken on their way by the same state machine as real ones; nobody is told."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlmodel import Session, select

from gateway.plugin import Actor
from plugins.feedback.machine import Given, transitions
from plugins.feedback.models import ReportRow
from plugins.feedback.service import Draft, checked, step, store_report
from plugins.feedback.settings import DEFAULTS
from plugins.feedback.terms import Action, Outcome, State, Visibility
from schema.geo import Point

OPERATOR = Actor(id="person-operator", agency="TTCDS")
_AFTER_SUBMISSION = {
    Action.RECEIVE: timedelta(minutes=12),
    Action.FORWARD: timedelta(minutes=16),
    Action.ACCEPT: timedelta(hours=5),
    Action.ANSWER: timedelta(days=3, hours=2),
}


def seed(session: Session) -> None:
    """Write the reports of ``data/samples.toml``, unless they are there."""
    if session.exec(select(ReportRow.id).where(ReportRow.is_sample)).first() is not None:
        return
    text = files("plugins.feedback").joinpath("data/samples.toml").read_text(encoding="utf-8")
    for sample in tomllib.loads(text)["report"]:
        _write(session, sample)


def _write(session: Session, sample: dict[str, Any]) -> None:
    at: datetime = sample["at"]
    draft = Draft(
        category=sample["category"],
        title=sample["title"],
        body=sample["body"],
        point=Point(*sample["point"]) if "point" in sample else None,
        address_text=sample.get("address"),
        visibility=Visibility(sample.get("visibility", Visibility.PUBLIC_ANONYMISED)),
    )
    by = Actor(id=sample["reporter"], level=1)
    row = store_report(
        session,
        checked(draft, DEFAULTS),
        by,
        ward=sample.get("ward"),
        now=at,
        key=sample["key"],
        is_sample=True,
    )
    given = Given(
        agency=sample.get("agency"),
        outcome=Outcome(sample["outcome"]) if "outcome" in sample else None,
        text=sample.get("answer", ""),
    )
    for action, wait in _AFTER_SUBMISSION.items():
        if row.state == State(sample["state"]):
            return
        _take_on(session, row, action, given, at + wait)


def _take_on(session: Session, row: ReportRow, action: Action, given: Given, at: datetime) -> None:
    (way,) = (way for way in transitions(action) if row.state in way.sources)
    way.guard(given, DEFAULTS)
    officer = Actor(id="sample-officer", agency=row.agency)
    step(session, row, way, given, OPERATOR if row.agency is None else officer, at)
