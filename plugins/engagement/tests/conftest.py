"""Fixtures of engagement's tests: events as feedback emits them, and alerts drafted and issued."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.host.testing import AskedCity
from gateway.plugin import Event, emit
from schema.scalars import utc_now

Happened = Callable[..., Awaitable[None]]
Drafted = Callable[..., Awaitable[str]]

DRAFT_ALERT = """
mutation ($input: DraftAlertInput!) {
  draftAlert(input: $input) { node { id state } userErrors { code field } }
}
"""
APPROVE_ALERT = """
mutation ($id: ID!) {
  approveAlert(input: {id: $id}) { node { id state msgType sentAt references { id state } } userErrors { code field } }
}
"""


def report_event(kind: str, *, reporter: str = "person-lan", id: str = "r1", code: str = "PA-261123-00001") -> Event:
    """An event of feedback's, as its contract says."""
    return Event(
        f"feedback.{kind}",
        {
            "id": id,
            "code": code,
            "reporter": reporter,
            "state": "SUBMITTED",
            "agency": None,
            "ward": "26740",
            "visibility": "PUBLIC_ANONYMISED",
            "category": "GIAO_THONG",
        },
    )


def alert_input(**changes: Any) -> dict[str, Any]:
    """A good DraftAlertInput, with changes."""
    good = {
        "category": "MET",
        "urgency": "EXPECTED",
        "severity": "SEVERE",
        "certainty": "LIKELY",
        "event": {"vi": "Triều cường", "en": "High tide"},
        "headline": {"vi": "Triều cường vượt báo động 3", "en": "High tide above alarm level 3"},
        "description": {"vi": "Đỉnh triều lúc 17 giờ.", "en": "The peak is at 17:00."},
        "instruction": {"vi": "Tránh đường ven sông.", "en": "Keep away from streets along the river."},
        "areaDesc": {"vi": "Ven sông Sài Gòn", "en": "Along the Saigon River"},
        "expires": (utc_now() + timedelta(hours=6)).isoformat(),
    }
    return {**good, **changes}


@pytest.fixture
def happened(city: AskedCity) -> Happened:
    """``await happened("report_received", reporter=...)``: the event is in the outbox."""

    async def put(kind: str, **changes: Any) -> None:
        await city.city.database.change(emit, report_event(kind, **changes))

    return put


@pytest.fixture
def drafted(city: AskedCity) -> Drafted:
    """``await drafted(wardCodes=[...])``: the id of an alert that alerter has drafted."""

    async def draft(**changes: Any) -> str:
        data = await city.ask(DRAFT_ALERT, by="alerter", input=alert_input(**changes))
        assert data["draftAlert"]["userErrors"] == []
        node: dict[str, str] = data["draftAlert"]["node"]
        assert node["state"] == "DRAFT"
        return node["id"]

    return draft


@pytest.fixture
def issued(city: AskedCity, drafted: Drafted) -> Drafted:
    """The same, approved by approver."""

    async def issue(**changes: Any) -> str:
        id = await drafted(**changes)
        data = await city.ask(APPROVE_ALERT, by="approver", id=id)
        assert data["approveAlert"]["node"]["state"] == "ISSUED"
        return id

    return issue
