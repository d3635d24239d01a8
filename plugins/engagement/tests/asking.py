"""What engagement's tests ask, and the functions that ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from gateway.host.testing import AskedCity
from gateway.plugin import Event
from schema.scalars import utc_now

Happened = Callable[..., Awaitable[None]]
Made = Callable[..., Awaitable[str]]

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
ACTIVE = "query ($w: [String!]) { activeAlerts(wardCodes: $w) { nodes { id severity state } totalCount } }"
ALERT = """
query ($id: ID!) {
  alert(id: $id) { id state msgType wardCodes wards { id } references { id state } headline { vi en }
                   description { vi } instruction { vi } sender isSample }
}
"""
CANCEL = """
mutation ($id: ID!, $reason: BilingualInput!) {
  cancelAlert(input: {id: $id, reason: $reason}) {
    node { id msgType state references { id state } headline { vi } description { en } instruction { vi } wardCodes }
    userErrors { code field }
  }
}
"""
ISSUED = "subscription ($w: [String!]) { alertIssued(wardCodes: $w, after: 0) { id msgType wardCodes } }"
DRAFTS = "{ alertDrafts { nodes { id } totalCount } }"
REASON = {"vi": "Triều đã rút.", "en": "The tide has gone out."}
SAMPLE = "Alert:HCMC-MAU-0001"
EXPIRED_SAMPLE = "Alert:HCMC-MAU-0002"

INBOX = """
query ($unread: Boolean! = false, $first: Int, $after: String) {
  inbox(unread: $unread, first: $first, after: $after) {
    nodes { id kind title body titleEn bodyEn readAt report { id } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
  unreadCount
}
"""
CHANGED = "subscription ($after: ID) { inboxChanged(after: $after) { id kind title report { id } } }"
MARK = """
mutation ($input: MarkReadInput!) {
  markRead(input: $input) { node { unreadCount notifications { id readAt } } userErrors { code field } }
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


async def next_told(city: AskedCity, by: str, count: int = 1) -> list[dict[str, Any]]:
    """The first ``count`` notifications that a subscriber gets who asks from the beginning."""
    async with city.listen(CHANGED, by=by, after="0") as events, asyncio.timeout(10):
        return [(await anext(events))["data"]["inboxChanged"] for _ in range(count)]


async def active(city: AskedCity, wards: list[str] | None = None) -> list[str]:
    """Ids of the active alerts but the seeded sample."""
    nodes = (await city.ask(ACTIVE, w=wards))["activeAlerts"]["nodes"]
    return [node["id"] for node in nodes if node["id"] != SAMPLE]


async def heard(city: AskedCity, wards: list[str] | None, count: int) -> list[str]:
    """``id msgType`` of the first ``count`` alerts that a subscriber for these wards gets from the beginning."""
    async with city.listen(ISSUED, w=wards) as events, asyncio.timeout(10):
        got = [(await anext(events))["data"]["alertIssued"] for _ in range(count)]
    return [f"{alert['id']} {alert['msgType']}" for alert in got]
